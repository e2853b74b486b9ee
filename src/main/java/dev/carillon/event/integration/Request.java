package dev.carillon.event.integration;

import dev.carillon.tenancy.Requester;

/**
 * A request that can be read.
 *
 * @param source with {@code id}: which event it is, within the tenant
 */
record Request(Requester requester, String source, String id, RunRequests.Wanted wanted) {}
