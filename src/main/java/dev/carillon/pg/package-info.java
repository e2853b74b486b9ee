/**
 * PostgreSQL: connections in the engine's or a tenant's name, notices between processes, and the
 * database's clock. No other package holds a pool.
 */
@NullMarked
package dev.carillon.pg;

import org.jspecify.annotations.NullMarked;
