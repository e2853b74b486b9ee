/**
 * The idempotency gate for applications that reach their PostgreSQL by Vert.x's reactive client;
 * the one for JDBC is {@link dev.carillon.IdempotencyGate}, which also says what a gate is. Both
 * keep the same table, and one may wait for the other.
 */
@NullMarked
package dev.carillon.gate;

import org.jspecify.annotations.NullMarked;
