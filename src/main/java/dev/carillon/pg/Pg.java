package dev.carillon.pg;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The only holder of connections. The engine's own see every tenant, and plan each statement anew
 * or, for the few that run many times a second, once; a request's sees one tenant, for one
 * transaction.
 */
@Singleton
public class Pg {

  /**
   * Below the shortest lease (10 s), so that no statement of a former leader outlives its take-over
   * by long; far above what any of ours takes.
   */
  static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(8);

  /** Far below the shortest lease, and far above a pause that is none. */
  static final Duration IDLE_TIMEOUT = Duration.ofSeconds(2);

  /** One connection for each duty that may be at work at once; more would not drain faster. */
  private static final int ENGINE_CONNECTIONS = 6;

  /** For each duty: what it does next, and what it does beside. */
  private static final int HOT_CONNECTIONS = 2;

  /** Beyond what any of our statements has: the driver's own limit would leave out the longest. */
  private static final int CACHED_SQL_LENGTH = 100_000;

  private static final int DEADLOCK_RETRIES = 5;

  private static final String ENTER_TENANT =
      """
      select set_config('role', 'carillon_api', true), set_config('carillon.tenant', $1, true),
             set_config('statement_timeout', '15s', true),
             set_config('idle_in_transaction_session_timeout', '10s', true)
      """;

  /** Who asks from outside of any context. */
  private static final Object NOBODY = new Object();

  private final Vertx vertx;
  private final PgPools pools;
  private final Pool requests;
  private final Opened engine = new Opened("carillon-engine", ENGINE_CONNECTIONS, false);

  /**
   * One for each context that asks, so that its connections live on its event loop: an answer that
   * comes in on another costs two threads a wake-up each, which is most of what a small statement
   * costs this process.
   */
  private final Map<Object, Opened> hot = new ConcurrentHashMap<>();

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
    return query(engine, sql, parameters);
  }

  /**
   * The same for a statement of the hot path: it is planned once on each connection, for whatever
   * values come and whatever the tables will hold by then. Planning costs such a statement several
   * times its execution, but only one whose plan cannot depend on statistics may go this way
   * (docs/decisions/0004).
   */
  public Uni<RowSet<Row>> asEngineHot(String sql, Tuple parameters) {
    return query(hot.computeIfAbsent(asker(), asker -> hotPool()), sql, parameters);
  }

  /**
   * Runs several statements of the engine in one transaction, for a decision that is made between
   * reading under a lock and writing. Committed before the returned Uni completes; rolled back when
   * it fails. After a deadlock the work is done again from its first statement.
   *
   * <p>A process that is stopped between two statements would keep its locks, and with a lease's
   * row among them nobody could take over: the database ends a transaction that is idle for {@link
   * #IDLE_TIMEOUT}.
   */
  public <T> Uni<T> inEngineTransaction(Function<Statements, Uni<T>> work) {
    return Uni.createFrom().emitter(answer -> attempt(work, DEADLOCK_RETRIES, answer));
  }

  /**
   * Runs work for one tenant in one transaction, whose first statement sets the role and the
   * tenant: row-level security then lets it see nothing else. Committed before the returned Uni
   * completes; rolled back when it fails. Whatever a request does, the engine and other requests do
   * not wait for its locks for ever: a statement may take 15 s, and nothing may be done for 10 s.
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

  /**
   * One stage of Mutiny's for all tries: each more is decorated with contexts that nobody here
   * needs.
   */
  private static Uni<RowSet<Row>> query(Opened pool, String sql, Tuple parameters) {
    return Uni.createFrom()
        .emitter(answer -> attempt(pool, sql, parameters, DEADLOCK_RETRIES, answer));
  }

  private <T> void attempt(
      Function<Statements, Uni<T>> work, int retries, UniEmitter<? super T> answer) {
    engine
        .get()
        .withTransaction(
            connection ->
                io.vertx.core.Future.fromCompletionStage(
                    work.apply((sql, parameters) -> query(connection, sql, parameters))
                        .subscribeAsCompletionStage()))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                answer.complete(done.result());
              } else if (retries > 0 && isDeadlock(done.cause())) {
                attempt(work, retries - 1, answer);
              } else {
                answer.fail(done.cause());
              }
            });
  }

  private static Object asker() {
    Context context = Vertx.currentContext();
    return context instanceof ContextInternal inner ? inner.unwrap() : NOBODY;
  }

  private Opened hotPool() {
    return new Opened("carillon-hot-" + hot.size(), HOT_CONNECTIONS, true);
  }

  private static void attempt(
      Opened pool,
      String sql,
      Tuple parameters,
      int retries,
      UniEmitter<? super RowSet<Row>> answer) {
    pool.get()
        .preparedQuery(sql)
        .execute(parameters)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                answer.complete(done.result());
              } else if (retries > 0 && isDeadlock(done.cause())) {
                attempt(pool, sql, parameters, retries - 1, answer);
              } else {
                answer.fail(done.cause());
              }
            });
  }

  /**
   * {@code force_custom_plan}: a generic plan that was made while the queue was empty turned 500
   * claims into a minute once it was not. {@code enable_seqscan=off}: the same happens to any plan
   * for as long as statistics still tell of an empty table; every statement of the engine has an
   * index that serves it. {@code jit=off}: none of them runs long enough to be worth compiling.
   */
  PgConnectOptions engineOptions(boolean planOnce) {
    PgConnectOptions options =
        pools
            .connectOptions()
            .setCachePreparedStatements(true)
            .setPreparedStatementCacheSqlLimit(CACHED_SQL_LENGTH);
    Map.of(
            "role", "carillon_engine",
            "plan_cache_mode", planOnce ? "force_generic_plan" : "force_custom_plan",
            "enable_seqscan", "off",
            "jit", "off",
            "random_page_cost", "1.1",
            "statement_timeout", String.valueOf(STATEMENT_TIMEOUT.toMillis()),
            "idle_in_transaction_session_timeout", String.valueOf(IDLE_TIMEOUT.toMillis()),
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
    engine.close();
    hot.values().forEach(Opened::close);
  }

  /** Made at first use, which is after the migration has made the role that it takes. */
  private final class Opened {

    private final String name;
    private final int size;
    private final boolean planOnce;
    private volatile @Nullable Pool made;

    Opened(String name, int size, boolean planOnce) {
      this.name = name;
      this.size = size;
      this.planOnce = planOnce;
    }

    Pool get() {
      Pool pool = made;
      return pool != null ? pool : make();
    }

    private synchronized Pool make() {
      Pool pool = made;
      if (pool == null) {
        pool =
            PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(size).setName(name))
                .connectingTo(engineOptions(planOnce))
                .using(vertx)
                .build();
        made = pool;
      }
      return pool;
    }

    synchronized void close() {
      if (made != null) {
        made.close();
      }
    }
  }
}
