package dev.carillon.pg;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/**
 * Runs statements in one transaction, whoever opened it: a connection of {@link Pg#asTenant}, or
 * the one beneath a Hibernate session.
 */
@FunctionalInterface
public interface Statements {

  Uni<RowSet<Row>> query(String sql, Tuple parameters);
}
