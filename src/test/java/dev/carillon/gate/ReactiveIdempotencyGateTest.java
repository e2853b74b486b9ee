package dev.carillon.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.IdempotencyGate;
import dev.carillon.IdempotencyGate.Applied;
import dev.carillon.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same promises by the reactive client, also beside the blocking form. */
class ReactiveIdempotencyGateTest {

  private static final int RACERS = 20;

  private static TestPostgres.Database database;
  private static Vertx vertx;
  private static Pool pool;

  private final ReactiveIdempotencyGate gate = new ReactiveIdempotencyGate();

  @BeforeAll
  static void open() throws SQLException {
    database = TestPostgres.empty();
    database.execute("create table payouts (run text not null)");
    try (Connection connection = database.connect()) {
      new IdempotencyGate().createTable(connection);
    }
    vertx = Vertx.vertx();
    pool =
        PgBuilder.pool()
            .connectingTo(PgConnectOptions.fromUri(database.reactiveUrl()).setUser(database.user()))
            .with(new PoolOptions().setMaxSize(RACERS))
            .using(vertx)
            .build();
  }

  @AfterAll
  static void close() throws Exception {
    await(pool.close());
    await(vertx.close());
  }

  @BeforeEach
  void clear() {
    database.execute("truncate payouts, carillon_applied_keys");
  }

  @Test
  void appliesAnEffectOnceAndRemembersWhatItAnswered() throws Exception {
    assertEquals(new Applied(true, "receipt"), await(payout("r1", "receipt")));
    assertEquals(new Applied(false, "receipt"), await(payout("r1", "another")));
    assertEquals(1, paid("r1"));

    assertTrue(await(payout("r2", null)).now());
    Applied again = await(payout("r2", "late"));
    assertFalse(again.now());
    assertNull(again.result());
  }

  @Test
  void letsOneOfManyRacersThroughAndTellsTheOthersItsResult() throws Exception {
    List<Future<Applied>> racers =
        IntStream.range(0, RACERS).mapToObj(i -> payout("r1", "racer " + i)).toList();

    await(Future.all(racers));

    List<Applied> answers = racers.stream().map(Future::result).toList();
    assertEquals(1, answers.stream().filter(Applied::now).count());
    assertEquals(1, answers.stream().map(Applied::result).distinct().count());
    assertEquals(1, paid("r1"));
  }

  @Test
  void leavesNeitherEffectNorKeyBehindAFailureThatTheCallerSwallows() throws Exception {
    Applied other =
        await(
            pool.withTransaction(
                connection ->
                    swallowed(
                            once(
                                connection,
                                "r1",
                                () ->
                                    pay(connection, "r1")
                                        .<String>compose(paid -> Future.failedFuture("no funds"))
                                        .toCompletionStage()))
                        .compose(
                            failure ->
                                swallowed(
                                    once(
                                        connection,
                                        "r2",
                                        () -> {
                                          throw new IllegalStateException("at once");
                                        })))
                        .compose(
                            failure -> {
                              assertInstanceOf(IllegalStateException.class, failure);
                              return once(connection, "r3", () -> paying(connection, "r3"));
                            })));

    assertTrue(other.now());
    assertEquals(0, paid("r1"));
    assertEquals(1, paid("r3"));
    assertTrue(await(payout("r1", "now")).now());
    assertTrue(await(payout("r2", "now")).now());
  }

  @Test
  void failsAsAStatementOfTheEffectDid() throws Exception {
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () ->
                await(
                    pool.withTransaction(
                        connection ->
                            once(
                                connection,
                                "r1",
                                () ->
                                    pay(connection, "r1")
                                        .compose(paid -> connection.query("select 1 / 0").execute())
                                        .<String>mapEmpty()
                                        .toCompletionStage()))));

    assertTrue(failed.getCause().getMessage().contains("division by zero"), failed::toString);
    assertEquals(0, paid("r1"));
    assertTrue(await(payout("r1", "now")).now());
  }

  private static Future<Object> swallowed(Future<?> failing) {
    return failing.<Object>map(applied -> applied).recover(Future::succeededFuture);
  }

  @Test
  void hasAppliedNothingWhenItsTransactionIsRolledBack() throws Exception {
    assertThrows(
        ExecutionException.class,
        () ->
            await(
                pool.withTransaction(
                    connection ->
                        once(connection, "r1", () -> paying(connection, "r1"))
                            .compose(applied -> Future.failedFuture("the worker is gone")))));

    assertEquals(0, paid("r1"));
    assertTrue(await(payout("r1", "now")).now());
  }

  @Test
  void refusesAConnectionThatIsInNoTransaction() {
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () ->
                await(
                    pool.withConnection(
                        connection -> once(connection, "r1", () -> paying(connection, "r1")))));

    assertInstanceOf(IllegalStateException.class, refused.getCause());
    assertTrue(refused.getCause().getMessage().contains("withTransaction"));
  }

  @Test
  void sharesItsTableWithTheBlockingForm() throws Exception {
    await(payout("r1", "by the reactive one"));

    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      Applied again =
          new IdempotencyGate()
              .once(
                  connection,
                  "r1",
                  "",
                  () -> {
                    throw new AssertionError("applied twice");
                  });
      assertEquals(new Applied(false, "by the reactive one"), again);
    }
  }

  private Future<Applied> payout(String run, String receipt) {
    return pool.withTransaction(
        connection ->
            once(
                connection,
                run,
                () -> pay(connection, run).map(paid -> receipt).toCompletionStage()));
  }

  private Future<Applied> once(
      SqlConnection connection, String run, ReactiveIdempotencyGate.Effect effect) {
    return Future.fromCompletionStage(gate.once(connection, run, "", effect));
  }

  private static CompletionStage<String> paying(SqlConnection connection, String run) {
    return pay(connection, run).map(paid -> "receipt").toCompletionStage();
  }

  private static Future<?> pay(SqlConnection connection, String run) {
    return connection.preparedQuery("insert into payouts values ($1)").execute(Tuple.of(run));
  }

  private static long paid(String run) throws Exception {
    return await(
            pool.preparedQuery("select count(*) from payouts where run = $1")
                .execute(Tuple.of(run)))
        .iterator()
        .next()
        .getLong(0);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
  }
}
