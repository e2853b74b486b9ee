package dev.carillon.pg;

import dev.carillon.testing.TestPostgres;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The engine's connections to a test database, without Quarkus, and with a place to make a
 * statement or its answer go wrong.
 */
public class TestPg extends Pg {

  /** Stands between the engine and the database. */
  @FunctionalInterface
  public interface Fault {
    /**
     * @param go runs the statement
     */
    Uni<RowSet<Row>> meet(String sql, Tuple parameters, Uni<RowSet<Row>> go);
  }

  /** Stands between a tenant's transaction and the database. */
  @FunctionalInterface
  public interface TransactionFault {
    /**
     * @param go runs the transaction, which is committed when it completes
     */
    Uni<?> meet(String tenant, Uni<?> go);
  }

  private static final TransactionFault NO_TRANSACTION_FAULT = (tenant, go) -> go;
  private static final Fault NONE = (sql, parameters, go) -> go;

  private final Vertx vertx;
  private final Pool requests;
  private volatile Fault fault = NONE;
  private volatile TransactionFault transactionFault = NO_TRANSACTION_FAULT;

  private TestPg(Vertx vertx, PgPools pools, Pool requests) {
    super(vertx, pools, requests);
    this.vertx = vertx;
    this.requests = requests;
  }

  public static TestPg on(TestPostgres.Database database, Vertx vertx) {
    PgPools pools = new PgPools();
    return new TestPg(vertx, pools, pools.create(new Input(vertx, database)));
  }

  /** From now on; null for none. */
  public void fault(Fault meeting) {
    fault = meeting == null ? NONE : meeting;
  }

  /** From now on; null for none. */
  public void transactionFault(TransactionFault meeting) {
    transactionFault = meeting == null ? NO_TRANSACTION_FAULT : meeting;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> Uni<T> asTenant(String tenant, Function<SqlConnection, Uni<T>> work) {
    Uni<T> go = Uni.createFrom().deferred(() -> super.asTenant(tenant, work));
    return (Uni<T>) transactionFault.meet(tenant, go);
  }

  @Override
  public Uni<RowSet<Row>> asEngine(String sql, Tuple parameters) {
    Uni<RowSet<Row>> go = super.asEngine(sql, parameters);
    return fault.meet(sql, parameters, go);
  }

  @Override
  public Uni<RowSet<Row>> asEngineHot(String sql, Tuple parameters) {
    Uni<RowSet<Row>> go = super.asEngineHot(sql, parameters);
    return fault.meet(sql, parameters, go);
  }

  /** A statement that meets no fault: what a fault may answer with instead. */
  public Uni<RowSet<Row>> faultless(String sql) {
    return super.asEngine(sql, Tuple.tuple());
  }

  /** The statement's rows, for tests that wait for them. */
  public List<Row> rows(String sql, Object... parameters) {
    RowSet<Row> rows =
        super.asEngine(sql, Tuple.from(parameters))
            .subscribeAsCompletionStage()
            .toCompletableFuture()
            .join();
    return rows.stream().toList();
  }

  public Notices notices() {
    return new Notices(vertx, this);
  }

  public DatabaseClock clock() {
    return clock(System::nanoTime, System::currentTimeMillis);
  }

  /** A node's clock, going by whatever a test turns. */
  public DatabaseClock clock(LongSupplier nanos, LongSupplier wallMillis) {
    DatabaseClock clock = new DatabaseClock(this, nanos, wallMillis);
    join(clock.measure());
    return clock;
  }

  /** The same for a statement of the hot path. */
  public List<Row> hotRows(String sql, Tuple parameters) {
    return super.asEngineHot(sql, parameters)
        .subscribeAsCompletionStage()
        .toCompletableFuture()
        .join()
        .stream()
        .toList();
  }

  /** How the engine connects for its hot path, for a test that needs a connection to itself. */
  public PgConnectOptions options() {
    return engineOptions(true);
  }

  public void measure(DatabaseClock clock) {
    join(clock.measure());
  }

  public void open(Notices notices) {
    join(notices.open());
  }

  public void close(Notices notices) {
    notices.close();
  }

  @Override
  public void close() {
    super.close();
    requests.close();
  }

  private static void join(Uni<Void> uni) {
    CompletableFuture<Void> done = uni.subscribeAsCompletionStage().toCompletableFuture();
    done.join();
  }

  private record Input(Vertx vertx, TestPostgres.Database database) implements PgPoolCreator.Input {

    @Override
    public PoolOptions poolOptions() {
      return new PoolOptions().setMaxSize(8);
    }

    @Override
    public List<PgConnectOptions> pgConnectOptionsList() {
      PgConnectOptions options = PgConnectOptions.fromUri(database.reactiveUrl());
      options.setUser(database.user());
      options.setPassword("unused");
      // As Quarkus has it.
      options.setCachePreparedStatements(true);
      return List.of(options);
    }
  }
}
