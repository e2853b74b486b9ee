package dev.carillon.bench;

import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Plays rounds on a contestant and measures what they cost. */
final class Rounds {

  /** Longer than Carillon's look-ahead of 5 s, so that every run comes up by it. */
  private static final Duration AHEAD = Duration.ofMillis(6_500);

  /** What is expected of the insertion; when it takes longer, the lead is doubled. */
  private static final int INSERTED_PER_SECOND = 20_000;

  private static final Duration LOOK_EVERY = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Postgres postgres;
  private int round;

  Rounds(Postgres postgres) {
    this.postgres = postgres;
  }

  /**
   * One round.
   *
   * @param spread zero: all are due at once
   * @return figures by name, in the order in which they are written down
   */
  Map<String, Double> play(Contestant contestant, int count, Duration spread) throws SQLException {
    double loadAverage = loadAverage();
    try (Sql sql = postgres.connect(contestant.database())) {
      Load load = insert(contestant, new Load(++round, count, spread, Instant.EPOCH), sql);
      Usage before = Usage.now(contestant, postgres, sql);
      awaitSettled(contestant, load, sql);
      Instant settled = Instant.now();
      Usage after = Usage.now(contestant, postgres, sql);
      Executed executed = contestant.executed(load, sql);
      Map<String, Double> figures = new LinkedHashMap<>();
      double seconds = executed.last() / 1e6;
      figures.put("seconds", seconds);
      figures.put("runs_per_s", count / seconds);
      figures.put("settled_s", Duration.between(load.first(), settled).toMillis() / 1e3);
      lateness(figures, "late_ms", executed.executed());
      if (executed.recorded().length > 0) {
        lateness(figures, "recorded_late_ms", executed.recorded());
      }
      figures.put("cpu_s_per_1000", perThousand(after.system() - before.system(), count));
      figures.put(
          "postgres_cpu_s_per_1000", perThousand(after.postgres() - before.postgres(), count));
      figures.put(
          "statements_per_run", (double) (after.statements() - before.statements()) / count);
      figures.put("wal_bytes_per_run", (double) after.walSince(before, sql) / count);
      figures.put("full_page_bytes_per_run", (double) after.fullPagesSince(before, sql) / count);
      figures.put("other_cores", after.othersSince(before));
      figures.put("load_average", loadAverage);
      return figures;
    }
  }

  static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /**
   * Inserts the runs far enough ahead of the first instant. The checkpoint comes before: pages that
   * the insertion has touched are not written whole again when the runs are executed.
   */
  private Load insert(Contestant contestant, Load load, Sql sql) throws SQLException {
    Duration lead = AHEAD.plusMillis(1_000L * load.count() / INSERTED_PER_SECOND).plusMillis(1_000);
    while (true) {
      contestant.tidy(sql);
      sql.run("checkpoint");
      Load placed = load.at(Instant.ofEpochMilli(System.currentTimeMillis()).plus(lead));
      contestant.expect(placed);
      sql.connection().setAutoCommit(false);
      try {
        contestant.insert(placed, sql);
        if (Instant.now().plus(AHEAD).isBefore(placed.first())) {
          sql.connection().commit();
          return placed;
        }
        sql.connection().rollback();
      } finally {
        sql.connection().setAutoCommit(true);
      }
      lead = lead.multipliedBy(2);
    }
  }

  private static void awaitSettled(Contestant contestant, Load load, Sql sql) throws SQLException {
    pause(Duration.between(Instant.now(), load.last()));
    Instant deadline = load.last().plus(PATIENCE);
    while (!contestant.isSettled(sql)) {
      if (Instant.now().isAfter(deadline)) {
        contestant.executed(load, sql);
        throw new IllegalStateException(
            contestant.name() + " was not done within " + PATIENCE.toSeconds() + " s");
      }
      pause(LOOK_EVERY);
    }
  }

  private static void lateness(Map<String, Double> figures, String name, long[] sorted) {
    figures.put(name + "_p50", Executed.percentile(sorted, 50));
    figures.put(name + "_p95", Executed.percentile(sorted, 95));
    figures.put(name + "_p99", Executed.percentile(sorted, 99));
    figures.put(name + "_max", Executed.percentile(sorted, 100));
  }

  private static double perThousand(double seconds, int count) {
    return seconds * 1_000 / count;
  }

  static void pause(Duration duration) {
    try {
      TimeUnit.MILLISECONDS.sleep(Math.max(0, duration.toMillis()));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
