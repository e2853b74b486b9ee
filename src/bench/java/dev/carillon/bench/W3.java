package dev.carillon.bench;

import dev.carillon.bench.contestant.CarillonUnderTest;
import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.contestant.Executed;
import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.measure.Usage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Very many schedules far in the future: what does it cost to wait for them, and does the one that
 * is due now still come in time?
 */
final class W3 {

  static final String NAME = "W3";

  /** From the start, or from a million rows inserted, until nothing goes on any more. */
  private static final Duration SETTLE = Duration.ofSeconds(15);

  private static final int SAMPLES = 10;

  /** The first requests load classes. */
  private static final int UNCOUNTED = 3;

  private static final Duration AHEAD = Duration.ofMillis(300);

  private static final String SCHEDULES =
      """
      with made as (
        insert into schedules (id, tenant_id, key, job_id, trigger, timezone, created_at, updated_at)
        select uuidv7(), 'default', 'yearly-' || i, ?,
               '{"type":"CRON","expression":"0 0 1 1 *"}', 'UTC', now(), now()
        from generate_series(1, ?) as i
        returning id
      )
      insert into clock (schedule_id, tenant_id, enabled, next_fire_at)
      select id, 'default', true, date_trunc('year', now()) + interval '2 years' from made
      """;

  private static final String DONE = "select count(*) from attempts where run_id = ?";
  private static final String OF_SCHEDULE = "select id from runs where schedule_id = ?";

  private static final String LATE =
      """
      select (extract(epoch from a.started_at - r.due_at) * 1e6)::bigint,
             (extract(epoch from a.finished_at - r.due_at) * 1e6)::bigint
      from runs r
      join attempts a on a.run_id = r.id
      where r.id = ? and a.outcome = 'SUCCEEDED'
      """;

  private final Options options;
  private final Postgres postgres;
  private final Systems systems;
  private final Rounds rounds;
  private final Report report;

  W3(Options options, Postgres postgres, Systems systems, Rounds rounds, Report report) {
    this.options = options;
    this.postgres = postgres;
    this.systems = systems;
    this.rounds = rounds;
    this.report = report;
  }

  void play() throws SQLException {
    try (CarillonUnderTest carillon = systems.carillon(NAME, W2.SLOTS);
        Sql sql = postgres.connect(carillon.database())) {
      add("0 schedules", carillon, idle(carillon, sql));
      insert(carillon, sql);
      add("%,d schedules".formatted(options.w3Schedules()), carillon, idle(carillon, sql));
      add("a run due now", carillon, lateness(carillon, sql, this::run));
      add("a schedule due now", carillon, lateness(carillon, sql, this::schedule));
    }
  }

  private void add(String variant, Contestant carillon, Map<String, Double> figures) {
    Progress.round("W3 " + variant, carillon.name(), 1, figures);
    report.add(new Measurement(NAME, variant, carillon.name(), carillon.setup(), List.of(figures)));
  }

  private void insert(CarillonUnderTest carillon, Sql sql) throws SQLException {
    sql.run(
        // A million checks of foreign keys that are right by construction are not what is measured.
        "set session_replication_role = replica");
    sql.update(SCHEDULES, carillon.job(), options.w3Schedules());
    sql.run(
        "set session_replication_role = origin",
        "vacuum analyze schedules",
        "vacuum analyze clock",
        "checkpoint");
  }

  /** In hundredths of one core. */
  private Map<String, Double> idle(CarillonUnderTest carillon, Sql sql) throws SQLException {
    Rounds.pause(SETTLE);
    double loadAverage = Rounds.loadAverage();
    Usage before = rounds.usage(carillon, sql);
    Rounds.pause(options.w3Seconds());
    Usage after = rounds.usage(carillon, sql);
    double seconds = after.secondsSince(before);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("idle_cpu_percent", 100 * (after.system() - before.system()) / seconds);
    figures.put(
        "idle_postgres_cpu_percent", 100 * (after.postgres() - before.postgres()) / seconds);
    figures.put("idle_statements_per_s", (after.statements() - before.statements()) / seconds);
    figures.put("other_cores", after.othersSince(before));
    figures.put("load_average", loadAverage);
    return figures;
  }

  /** Asks for something that is due at an instant; answers the id of its run. */
  private interface Request {
    UUID of(CarillonUnderTest carillon, Sql sql, Instant due) throws SQLException;
  }

  private UUID run(CarillonUnderTest carillon, Sql sql, Instant due) {
    String body = "{\"jobKey\":\"noop\",\"dueAt\":\"%s\"}".formatted(due);
    return UUID.fromString(carillon.post("/runs", body).path("id").asText());
  }

  private UUID schedule(CarillonUnderTest carillon, Sql sql, Instant due) throws SQLException {
    String body =
        "{\"jobKey\":\"noop\",\"timezone\":\"UTC\",\"trigger\":{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}}"
            .formatted(due);
    UUID schedule = UUID.fromString(carillon.post("/schedules", body).path("id").asText());
    for (int i = 0; i < 100; i++) {
      long planned = sql.number("select count(*) from runs where schedule_id = ?", schedule);
      if (planned == 1) {
        return UUID.fromString(sql.text(OF_SCHEDULE, schedule));
      }
      Rounds.pause(Duration.ofMillis(50));
    }
    throw new IllegalStateException("no run was planned for the schedule " + schedule);
  }

  private Map<String, Double> lateness(CarillonUnderTest carillon, Sql sql, Request request)
      throws SQLException {
    double loadAverage = Rounds.loadAverage();
    long[] recorded = new long[SAMPLES];
    long[] executed = new long[SAMPLES];
    for (int i = -UNCOUNTED; i < SAMPLES; i++) {
      Instant due = Instant.now().plus(AHEAD).truncatedTo(ChronoUnit.MILLIS);
      UUID run = request.of(carillon, sql, due);
      long[] late = awaitEnd(run, sql);
      if (i >= 0) {
        recorded[i] = late[0];
        executed[i] = late[1];
      }
      // No rhythm that the look-ahead, each second, could fall in with.
      Rounds.pause(Duration.ofMillis(370 + 61L * (i + UNCOUNTED)));
    }
    Executed all = new Executed(recorded, executed, 0);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("late_ms_p50", Executed.percentile(all.executed(), 50));
    figures.put("late_ms_max", Executed.percentile(all.executed(), 100));
    figures.put("recorded_late_ms_p50", Executed.percentile(all.recorded(), 50));
    figures.put("recorded_late_ms_max", Executed.percentile(all.recorded(), 100));
    figures.put("load_average", loadAverage);
    return figures;
  }

  private static long[] awaitEnd(UUID run, Sql sql) throws SQLException {
    for (int i = 0; i < 200; i++) {
      if (sql.number(DONE, run) > 0) {
        long[][] late = sql.columns(2, LATE, run);
        if (late[0].length == 1) {
          return new long[] {late[0][0], late[1][0]};
        }
        break;
      }
      Rounds.pause(Duration.ofMillis(50));
    }
    throw new IllegalStateException("the run " + run + " did not succeed once within 10 s");
  }
}
