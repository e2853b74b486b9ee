package dev.carillon.tenancy;

import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinySessionImpl;
import org.hibernate.reactive.pool.impl.SqlClientConnection;

/**
 * One transaction of one tenant, whose first statement sets role and tenant. Committed before the
 * returned Uni completes; rolled back when it fails. A deadlock's victim is tried again, so the
 * work must not have effects outside the database.
 */
@Singleton
public class TenantTransactions {

  private static final String DEADLOCK = "40P01";
  private static final int DEADLOCK_RETRIES = 3;

  private final Pg pg;

  TenantTransactions(Pg pg) {
    this.pg = pg;
  }

  /** For statements alone. */
  public <T> Uni<T> statements(Tenant tenant, Function<Statements, Uni<T>> work) {
    return Uni.createFrom()
        .deferred(() -> pg.asTenant(tenant.id(), c -> work.apply(on(c))))
        .onFailure(TenantTransactions::isDeadlock)
        .retry()
        .atMost(DEADLOCK_RETRIES);
  }

  /**
   * With a Hibernate session: entities and statements on the same connection, in the same
   * transaction. What entities have changed must be flushed before a statement that reads it.
   */
  public <T> Uni<T> entities(Tenant tenant, Function<Statements, Uni<T>> work) {
    return Uni.createFrom()
        .deferred(() -> Panache.withTransaction(() -> enter(tenant).flatMap(s -> work.apply(s))))
        .onFailure(TenantTransactions::isDeadlock)
        .retry()
        .atMost(DEADLOCK_RETRIES);
  }

  private static Uni<Statements> enter(Tenant tenant) {
    return Panache.getSession()
        .map(TenantTransactions::on)
        .call(statements -> statements.query(EnterTenantSql.ENTER_TENANT, Tuple.of(tenant.id())));
  }

  private static Statements on(SqlConnection connection) {
    return (sql, parameters) -> Pg.query(connection, sql, parameters);
  }

  private static Statements on(Mutiny.Session session) {
    MutinySessionImpl open = (MutinySessionImpl) session;
    return (sql, parameters) ->
        Uni.createFrom().completionStage(() -> beneath(open).preparedQuery(sql, parameters));
  }

  /**
   * The session's own connection; a batch size of one is none, so the wrapper that batches is left
   * out.
   */
  private static SqlClientConnection beneath(MutinySessionImpl session) {
    return (SqlClientConnection) session.getReactiveConnection().withBatchSize(1);
  }

  private static boolean isDeadlock(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PgException error && DEADLOCK.equals(error.getSqlState())) {
        return true;
      }
      // As Hibernate wraps it.
      if (cause instanceof SQLException error && DEADLOCK.equals(error.getSQLState())) {
        return true;
      }
    }
    return false;
  }
}
