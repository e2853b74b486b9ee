package dev.carillon.tenancy;

import org.jspecify.annotations.Nullable;

/**
 * Who asks, and in which trace.
 *
 * @param traceparent W3C trace context of the request; null: none was given
 */
public record Requester(Tenant tenant, @Nullable String traceparent) {}
