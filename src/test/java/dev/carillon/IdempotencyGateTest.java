package dev.carillon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.IdempotencyGate.Applied;
import dev.carillon.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is guarded by the gate happens once, whatever becomes of whoever does it. */
class IdempotencyGateTest {

  private static final int RACERS = 20;

  private static TestPostgres.Database database;
  private static ExecutorService threads;

  private final IdempotencyGate gate = new IdempotencyGate();

  @BeforeAll
  static void open() throws SQLException {
    threads = Executors.newFixedThreadPool(RACERS);
    database = TestPostgres.empty();
    database.execute("create table payouts (run text not null, amount int not null)");
    try (Connection connection = database.connect()) {
      new IdempotencyGate().createTable(connection);
    }
  }

  @AfterAll
  static void close() {
    threads.shutdownNow();
  }

  @BeforeEach
  void clear() {
    database.execute("truncate payouts, carillon_applied_keys");
  }

  @Test
  void appliesAnEffectOnceAndRemembersWhatItAnswered() throws Exception {
    Applied first = inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1")));
    Applied second = inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1")));

    assertEquals(new Applied(true, "receipt of r1"), first);
    assertEquals(new Applied(false, "receipt of r1"), second);
    assertEquals(1, paid("r1"));
  }

  @Test
  void tellsTheEffectsOfARunApartByTheirNames() throws Exception {
    inTransaction(c -> gate.once(c, "r1", "pay", () -> pay(c, "r1")));
    inTransaction(c -> gate.once(c, "r1", "fee", () -> pay(c, "r1")));
    Applied again = inTransaction(c -> gate.once(c, "r1", "fee", () -> pay(c, "r1")));

    assertFalse(again.now());
    assertEquals(2, paid("r1"));
  }

  @Test
  void keepsNothingOfAnEffectThatAnswersNothing() throws Exception {
    inTransaction(
        c ->
            gate.once(
                c,
                "r1",
                "",
                () -> {
                  pay(c, "r1");
                  return null;
                }));

    Applied again = inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1")));

    assertFalse(again.now());
    assertNull(again.result());
  }

  @Test
  void letsOneOfManyRacersThroughAndTellsTheOthersItsResult() throws Exception {
    CyclicBarrier together = new CyclicBarrier(RACERS);
    List<Future<Applied>> racers = new ArrayList<>();
    for (int i = 0; i < RACERS; i++) {
      String who = "racer " + i;
      racers.add(
          threads.submit(
              () ->
                  inTransaction(
                      c -> {
                        together.await(10, TimeUnit.SECONDS);
                        return gate.once(
                            c,
                            "r1",
                            "",
                            () -> {
                              pay(c, "r1");
                              return who;
                            });
                      })));
    }

    List<Applied> answers = new ArrayList<>();
    for (Future<Applied> racer : racers) {
      answers.add(racer.get(20, TimeUnit.SECONDS));
    }

    assertEquals(1, answers.stream().filter(Applied::now).count());
    assertEquals(1, answers.stream().map(Applied::result).distinct().count());
    assertEquals(1, paid("r1"));
  }

  @Test
  void hasAppliedNothingWhenItsProcessDiesBeforeTheCommit() throws Exception {
    // Given an attempt whose process dies between effect and commit
    Connection dying = begun();
    assertTrue(gate.once(dying, "r1", "", () -> pay(dying, "r1")).now());
    killBackendOf(dying);

    // When the run is tried again
    Applied retried = inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1")));

    assertTrue(retried.now());
    assertEquals(1, paid("r1"));
  }

  @Test
  void waitsForAZombieThatIsAtItStill() throws Exception {
    // Given a worker that was taken for dead and holds its transaction open
    Connection zombie = begun();
    gate.once(zombie, "r1", "", () -> pay(zombie, "r1"));

    // When the next attempt comes to the gate
    CountDownLatch applied = new CountDownLatch(1);
    Future<Applied> next =
        threads.submit(
            () ->
                inTransaction(
                    c ->
                        gate.once(
                            c,
                            "r1",
                            "",
                            () -> {
                              applied.countDown();
                              return pay(c, "r1");
                            })));
    Awaitility.await().until(() -> waiting() == 1);
    assertEquals(1, applied.getCount());
    zombie.commit();
    zombie.close();

    // Then it finds what the zombie did
    assertEquals(new Applied(false, "receipt of r1"), next.get(10, TimeUnit.SECONDS));
    assertEquals(1, paid("r1"));
  }

  @Test
  void appliesWhatAZombieTookBack() throws Exception {
    Connection zombie = begun();
    gate.once(zombie, "r1", "", () -> pay(zombie, "r1"));
    Future<Applied> next =
        threads.submit(() -> inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1"))));
    Awaitility.await().until(() -> waiting() == 1);

    zombie.rollback();
    zombie.close();

    assertTrue(next.get(10, TimeUnit.SECONDS).now());
    assertEquals(1, paid("r1"));
  }

  @Test
  void leavesNeitherEffectNorKeyBehindAFailureThatTheCallerSwallows() throws Exception {
    inTransaction(
        c -> {
          assertThrows(
              SQLException.class,
              () ->
                  gate.once(
                      c,
                      "r1",
                      "",
                      () -> {
                        pay(c, "r1");
                        return one(c, "select 1 / 0");
                      }));
          assertThrows(
              IllegalStateException.class,
              () ->
                  gate.once(
                      c,
                      "r2",
                      "",
                      () -> {
                        pay(c, "r2");
                        throw new IllegalStateException("the effect's own");
                      }));
          // The transaction goes on.
          return gate.once(c, "r3", "", () -> pay(c, "r3"));
        });

    assertEquals(0, paid("r1"));
    assertEquals(0, paid("r2"));
    assertEquals(1, paid("r3"));
    assertTrue(inTransaction(c -> gate.once(c, "r1", "", () -> pay(c, "r1"))).now());
  }

  @Test
  void refusesAConnectionThatCommitsEachStatement() throws Exception {
    try (Connection connection = database.connect()) {
      IllegalStateException refused =
          assertThrows(
              IllegalStateException.class,
              () -> gate.once(connection, "r1", "", () -> pay(connection, "r1")));

      assertTrue(refused.getMessage().contains("setAutoCommit(false)"), refused.getMessage());
    }
    assertEquals(0, paid("r1"));
  }

  @Test
  void forgetsWhatIsOldEnough() throws Exception {
    inTransaction(c -> gate.once(c, "old", "", () -> pay(c, "old")));
    inTransaction(c -> gate.once(c, "new", "", () -> pay(c, "new")));
    database.execute(
        "update carillon_applied_keys set applied_at = now() - interval '40 days' where key = 'old'");

    try (Connection connection = database.connect()) {
      Instant now = Instant.parse(instant(connection));
      assertEquals(1, gate.forget(connection, now.minus(Duration.ofDays(30))));
      assertEquals(0, gate.forget(connection, now.minus(Duration.ofDays(30))));
    }

    assertTrue(inTransaction(c -> gate.once(c, "old", "", () -> pay(c, "old"))).now());
    assertFalse(inTransaction(c -> gate.once(c, "new", "", () -> pay(c, "new"))).now());
  }

  @Test
  void makesItsTableHoweverManyDoSoAtOnce() throws Exception {
    TestPostgres.Database fresh = TestPostgres.empty();
    CyclicBarrier together = new CyclicBarrier(8);
    List<Callable<Void>> starts =
        IntStream.range(0, 8)
            .<Callable<Void>>mapToObj(
                i ->
                    () -> {
                      try (Connection connection = fresh.connect()) {
                        together.await(10, TimeUnit.SECONDS);
                        gate.createTable(connection);
                        assertTrue(connection.getAutoCommit());
                      }
                      return null;
                    })
            .toList();

    for (Future<Void> start : threads.invokeAll(starts)) {
      start.get();
    }

    try (Connection connection = fresh.connect()) {
      assertEquals("0", one(connection, "select count(*) from carillon_applied_keys"));
    }
  }

  @Test
  void hasAMigrationThatStandsBesideTheApplicationsOwn() {
    TestPostgres.Database fresh = TestPostgres.empty();
    Flyway flyway =
        Flyway.configure()
            .dataSource(fresh.jdbcUrl(), fresh.user(), fresh.password())
            .locations("db/carillon-gate")
            .load();

    assertEquals(1, flyway.migrate().migrationsExecuted);
    assertEquals(0, flyway.migrate().migrationsExecuted);
    fresh.execute("insert into carillon_applied_keys (key, effect) values ('r1', '')");
  }

  // ── what an application has
  // ────────────────────────────────────────────────────────────────────────────

  private interface Work<T> {
    T on(Connection connection) throws Exception;
  }

  private static <T> T inTransaction(Work<T> work) throws Exception {
    try (Connection connection = begun()) {
      T done = work.on(connection);
      connection.commit();
      return done;
    }
  }

  private static Connection begun() throws SQLException {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private static String pay(Connection connection, String run) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into payouts values ('" + run + "', 100)");
    }
    return "receipt of " + run;
  }

  private static int paid(String run) throws SQLException {
    try (Connection connection = database.connect()) {
      return Integer.parseInt(
          one(connection, "select count(*) from payouts where run = '" + run + "'"));
    }
  }

  private static int waiting() throws SQLException {
    try (Connection connection = database.connect()) {
      return Integer.parseInt(
          one(
              connection,
              "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"));
    }
  }

  private static String instant(Connection connection) throws SQLException {
    return one(
        connection, "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
  }

  private static void killBackendOf(Connection connection) throws SQLException {
    String pid = one(connection, "select pg_backend_pid()");
    try (Connection other = database.connect()) {
      one(other, "select pg_terminate_backend(" + pid + ", 5000)");
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
