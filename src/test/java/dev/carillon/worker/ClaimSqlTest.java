package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.limit.TenantLimits;
import dev.carillon.testing.EngineFixture;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClaimSqlTest {

  private EngineFixture engine;
  private UUID job;
  private UUID worker;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    job = engine.job("noop");
    worker = worker();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void claimsWhatIsDueAndTellsIt() {
    UUID due = engine.run(job);
    UUID later = engine.run(job);
    engine.execute("update queue set due_at = now() + interval '1 hour' where id = ?", later);
    UUID held = engine.run(job);
    engine.execute("update queue set held_by = 'job' where id = ?", held);

    List<Row> claimed = claim(due, later, held, UUID.randomUUID());

    assertEquals(List.of(due), claimed.stream().map(row -> row.getUUID("id")).toList());
    assertEquals(1, claimed.get(0).getInteger("attempt"));
    assertEquals("RUNNING", engine.state(due));
    assertEquals(
        "STARTED {%s} {1}".formatted(due),
        engine
            .row("select kind || ' ' || runs::text || ' ' || attempts::text as told from outbox")
            .get("told"));
  }

  @Test
  void claimsARunOnlyOnce() {
    UUID run = engine.run(job);

    assertEquals(1, claim(run).size());
    assertEquals(0, claim(run).size());
    assertEquals(1, engine.count("select count(*) from outbox"));
  }

  @Test
  void givesARetiredWorkerNothing() {
    UUID run = engine.run(job);
    engine.execute("update workers set retired_at = now() where id = ?", worker);

    assertEquals(0, claim(run).size());
    assertEquals("QUEUED", engine.state(run));
  }

  @Test
  void startsNothingThatShouldHaveStartedByNow() {
    UUID expired = engine.run(job);
    UUID inTime = engine.run(job);
    UUID tried = engine.run(job);
    expires(expired, -1);
    expires(inTime, 3_600);
    expires(tried, -1);
    engine.execute("update queue set attempt = 1, state = 'RETRY_SCHEDULED' where id = ?", tried);

    assertEquals(
        Set.of(inTime, tried),
        engine.pg.rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), 64, 0).stream()
            .map(row -> row.getUUID("id"))
            .collect(Collectors.toSet()));
    assertEquals(
        Set.of(inTime, tried),
        claim(expired, inTime, tried).stream()
            .map(row -> row.getUUID("id"))
            .collect(Collectors.toSet()));
    assertEquals("QUEUED", engine.state(expired));
  }

  private void expires(UUID run, int inSeconds) {
    engine.execute(
        "insert into expiries (run_id, tenant_id, expires_at) values (?, 'default', now() + ? * interval '1 second')",
        run,
        inSeconds);
  }

  @Test
  void passesOverWhatAnotherTransactionHolds() throws SQLException {
    UUID free = engine.run(job);
    UUID locked = engine.run(job);
    try (Connection other = engine.database.connect()) {
      other.setAutoCommit(false);
      EngineFixture.rows(other, "select 1 from queue where id = ? for update", locked);

      List<Row> claimed = claim(free, locked);

      assertEquals(List.of(free), claimed.stream().map(row -> row.getUUID("id")).toList());
      other.rollback();
    }
  }

  @Test
  void setsTheDeadlineByTheJobsTimeoutAndTheGrace() {
    UUID brief = engine.job("brief", "{\"type\":\"HANDLER\"}", Duration.ofSeconds(10), 1);
    UUID run = engine.run(brief);

    claim(run);

    assertEquals(
        25,
        engine.count(
            "select extract(epoch from deadline - locked_at)::int from queue where id = ?", run));
  }

  /** Half-empty pages keep a claim from writing any index (design §3). */
  @Test
  void writesNoIndexWhenItClaims() {
    // Given runs as the ticker and REST insert them
    List<UUID> runs = engine.runs(job, 5_000, EngineFixture.REAL.instant());
    PgConnection connection =
        PgConnection.connect(engine.vertx, engine.pg.options())
            .toCompletionStage()
            .toCompletableFuture()
            .join();

    // When a thousand of them are claimed in one transaction
    query(connection, "begin", Tuple.tuple());
    query(connection, ClaimSql.CLAIM, parameters(runs.subList(1_000, 1_500).toArray(UUID[]::new)));
    query(connection, ClaimSql.CLAIM, parameters(runs.subList(3_000, 3_500).toArray(UUID[]::new)));
    Row updates =
        query(
                connection,
                """
                select pg_stat_get_xact_tuples_updated('queue'::regclass) as updated,
                       pg_stat_get_xact_tuples_hot_updated('queue'::regclass) as hot
                """,
                Tuple.tuple())
            .get(0);
    query(connection, "commit", Tuple.tuple());
    connection.close();

    // Then nearly all of them were HOT
    assertEquals(1_000, updates.getLong("updated"));
    assertTrue(updates.getLong("hot") >= 950, () -> updates.getLong("hot") + " HOT updates");
  }

  @Test
  void findsOverdueRunsByTheIndexHoweverManyThereAre() {
    EngineFixture full = EngineFixture.withBacklog();

    String plan = explain(full, ClaimSql.OVERDUE, Tuple.of(new String[] {"default"}, now(), 64, 0));

    assertTrue(plan.contains("queue_due"), plan);
    assertFalse(plan.contains("Seq Scan on queue"), plan);
    assertEquals(10, full.pg.rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), 64, 0).size());
  }

  @Test
  void looksForItsOwnRunsByTheIndexHoweverManyWait() {
    EngineFixture full = EngineFixture.withBacklog();

    String plan =
        explain(full, ClaimSql.LOCKED_BY_ME, Tuple.of(new String[] {"default"}, now(), worker));

    assertTrue(plan.contains("queue_due"), plan);
    assertTrue(plan.contains("Rows Removed by Filter: 10\n"), plan);
  }

  @Test
  void takesTheUrgentOnesOfTheOldestFirst() {
    UUID old = engine.run(job);
    UUID urgent = engine.run(job);
    engine.execute("update queue set due_at = now() - interval '1 minute' where id = ?", old);
    engine.execute("update queue set priority = 0 where id = ?", urgent);

    List<UUID> taken =
        engine.pg.rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), 1, 0).stream()
            .map(row -> row.getUUID("id"))
            .toList();

    assertEquals(List.of(urgent), taken);
  }

  @Test
  void seesAnUrgentRunBehindACrowdOfOlderOnes() {
    engine.runs(job, 50_000, EngineFixture.REAL.instant().minusSeconds(60));
    UUID urgent = engine.run(job);
    engine.execute("update queue set priority = 0 where id = ?", urgent);

    List<Row> taken = engine.pg.rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), 64, 0);

    assertEquals(urgent, taken.get(0).getUUID("id"));
    assertEquals(64, taken.size());
  }

  @Test
  void leavesAnEighthToTheOldestBehindACrowdOfUrgentOnes() {
    engine.runs(job, 100, EngineFixture.REAL.instant().minusSeconds(1));
    engine.execute("update queue set priority = 0");
    List<UUID> low = engine.runs(job, 10, EngineFixture.REAL.instant().minusSeconds(60));
    engine.execute("update queue set priority = 4 where priority = 2");

    // Of eight that are taken at once, it is the last; of those that are taken one by one, the
    // eighth
    for (int[] of :
        new int[][] {{7, 0, 0}, {8, 0, 1}, {64, 0, 8}, {1, 6, 0}, {1, 7, 1}, {2, 7, 1}}) {
      List<Row> taken =
          engine.pg.rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), of[0], of[1]);
      assertEquals(of[0], taken.size());
      assertEquals(of[2], taken.stream().filter(row -> low.contains(row.getUUID("id"))).count());
    }
    assertTrue(
        low.contains(
            engine
                .pg
                .rows(ClaimSql.OVERDUE, new String[] {"default"}, now(), 8, 0)
                .get(7)
                .getUUID("id")));
  }

  @Test
  void namesTheQueuesThatHaveRows() {
    engine.run(job);
    UUID other = engine.run(job);
    engine.execute("update queue set queue = 'mail' where id = ?", other);

    assertEquals(
        List.of("default", "mail"),
        engine.pg.rows(ClaimSql.QUEUE_NAMES).stream().map(row -> row.getString(0)).toList());
  }

  private UUID worker() {
    UUID id = UUID.randomUUID();
    engine.pg.rows(WorkerSql.REGISTER, id, "test", 64, null, "1", 30_000L);
    return id;
  }

  private List<Row> claim(UUID... runs) {
    return engine.pg.hotRows(ClaimSql.CLAIM, parameters(runs));
  }

  private Tuple parameters(UUID[] runs) {
    Instant now = EngineFixture.REAL.instant();
    return Claims.parameters(worker, runs, now, now, TenantLimits.NONE, false);
  }

  private static String explain(EngineFixture engine, String sql, Tuple parameters) {
    return engine.pg.rows("explain (analyze, costs off) " + sql, array(parameters)).stream()
        .map(row -> row.getString(0).replaceAll("'\\{[^}]*\\}'", "ids"))
        .collect(Collectors.joining("\n"));
  }

  private static Object[] array(Tuple tuple) {
    Object[] values = new Object[tuple.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tuple.getValue(i);
    }
    return values;
  }

  private static List<Row> query(PgConnection connection, String sql, Tuple parameters) {
    return connection
        .preparedQuery(sql)
        .execute(parameters)
        .toCompletionStage()
        .toCompletableFuture()
        .join()
        .stream()
        .toList();
  }

  private static OffsetDateTime now() {
    Instant now = EngineFixture.REAL.instant();
    return EngineFixture.utc(now);
  }
}
