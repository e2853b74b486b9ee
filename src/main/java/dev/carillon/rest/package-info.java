/**
 * The outside: HTTP and JSON in, {@code catalog}'s answers out. Nothing depends on this package.
 *
 * <p>Each endpoint is born with the same: {@link dev.carillon.rest.LocalModeGuard} lets in only who
 * is on this machine and no web page; {@link dev.carillon.rest.Call} is the request, read strictly
 * (tenant, query parameters, body, If-Match); {@link dev.carillon.rest.Writes} runs a change once,
 * also when it is sent twice with the same Idempotency-Key, and sends notices after the commit;
 * {@link dev.carillon.rest.Problems} says what went wrong, as RFC 9457 has it.
 */
@NullMarked
package dev.carillon.rest;

import org.jspecify.annotations.NullMarked;
