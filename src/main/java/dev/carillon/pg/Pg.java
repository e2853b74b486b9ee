package dev.carillon.pg;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * The only holder of connections. The engine's own see every tenant and plan each statement anew; a
 * request's sees one tenant, for one transaction.
 */
@Singleton
public class Pg {

  /**
   * Below the shortest lease (10 s), so that no statement of a former leader outlives its take-over
   * by long; far above what any of ours takes.
   */
  static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(8);

  /** One connection for each duty that may be at work at once; more would not drain faster. */
  private static final int ENGINE_CONNECTIONS = 6;

  private static final int DEADLOCK_RETRIES = 5;

  private static final String ENTER_TENANT =
      """
      select set_config('role', 'carillon_api', true), set_config('carillon.tenant', $1, true)
      """;

  private final Vertx vertx;
  private final PgPools pools;
  private final Pool requests;
  private volatile Pool engine;

  Pg(Vertx vertx, PgPools pools, Pool requests) {
    this.vertx = vertx;
    this.pools = pools;
    this.requests = requests;
  }

  /**
   * Runs one statement of the engine, in a transaction of its own, as role {@code carillon_engine}.
   * A deadlock's victim is tried again: every multi-row statement locks in key order, so another
   * try goes through.
   */
  public Uni<RowSet<Row>> asEngine(String sql, Tuple parameters) {
    return engineQuery(sql, parameters).onFailure(Pg::isDeadlock).retry().atMost(DEADLOCK_RETRIES);
  }

  /**
   * Runs work for one tenant in one transaction, whose first statement sets the role and the
   * tenant: row-level security then lets it see nothing else. Committed before the returned Uni
   * completes; rolled back when it fails.
   */
  public <T> Uni<T> asTenant(String tenant, Function<SqlConnection, Uni<T>> work) {
    return UniHelper.toUni(
        requests.withTransaction(
            connection ->
                connection
                    .preparedQuery(ENTER_TENANT)
                    .execute(Tuple.of(tenant))
                    .compose(
                        entered ->
                            io.vertx.core.Future.fromCompletionStage(
                                work.apply(connection).subscribeAsCompletionStage()))));
  }

  /** Runs one statement on a connection that {@link #asTenant} gave. */
  public static Uni<RowSet<Row>> query(SqlConnection connection, String sql, Tuple parameters) {
    return UniHelper.toUni(connection.preparedQuery(sql).execute(parameters));
  }

  private Uni<RowSet<Row>> engineQuery(String sql, Tuple parameters) {
    PreparedQuery<RowSet<Row>> prepared = engine().preparedQuery(sql);
    return Uni.createFrom().deferred(() -> UniHelper.toUni(prepared.execute(parameters)));
  }

  /**
   * Made at first use, which is after the migration has made the role that its connections take.
   */
  private Pool engine() {
    Pool made = engine;
    if (made == null) {
      synchronized (this) {
        made = engine;
        if (made == null) {
          made = openEngine();
          engine = made;
        }
      }
    }
    return made;
  }

  private Pool openEngine() {
    return PgBuilder.pool()
        .with(new PoolOptions().setMaxSize(ENGINE_CONNECTIONS).setName("carillon-engine"))
        .connectingTo(engineOptions())
        .using(vertx)
        .build();
  }

  /**
   * {@code force_custom_plan}: a generic plan that was made while the queue was empty turned 500
   * claims into a minute once it was not. {@code enable_seqscan=off}: the same happens to a custom
   * plan for as long as statistics still tell of an empty table; every statement of the engine has
   * an index that serves it. {@code jit=off}: none of them runs long enough to be worth compiling.
   */
  PgConnectOptions engineOptions() {
    PgConnectOptions options = pools.connectOptions().setCachePreparedStatements(true);
    Map.of(
            "role", "carillon_engine",
            "plan_cache_mode", "force_custom_plan",
            "enable_seqscan", "off",
            "jit", "off",
            "random_page_cost", "1.1",
            "statement_timeout", String.valueOf(STATEMENT_TIMEOUT.toMillis()),
            "application_name", "carillon")
        .forEach(options::addProperty);
    return options;
  }

  private static boolean isDeadlock(Throwable failure) {
    return failure instanceof PgException error
        && ("40P01".equals(error.getSqlState()) || "40001".equals(error.getSqlState()));
  }

  @PreDestroy
  void close() {
    Pool made = engine;
    if (made != null) {
      made.close();
    }
  }
}
