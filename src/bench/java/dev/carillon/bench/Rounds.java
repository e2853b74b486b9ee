package dev.carillon.bench;

import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.contestant.Executed;
import dev.carillon.bench.contestant.Load;
import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.measure.Threads;
import dev.carillon.bench.measure.Usage;
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
   * One round, as it was measured.
   *
   * @param runs that were executed in it
   * @param from from when on it was measured
   * @param threads CPU seconds by kind of thread
   * @param figures by name, in the order in which they are written down
   */
  record Round(
      int runs,
      Instant from,
      Instant to,
      Map<String, Double> threads,
      Map<String, Double> figures) {}

  Round play(Contestant contestant, Programme.Part part) throws SQLException {
    double loadAverage = loadAverage();
    try (Sql sql = postgres.connect(contestant.database())) {
      Load wanted = new Load(next(), part.count(), part.spread(), Instant.EPOCH);
      Load load = insert(contestant, wanted, sql);
      Instant from = Instant.now();
      Map<String, Double> threads = Threads.cpu(contestant.processes());
      Usage before = usage(contestant, sql);
      awaitSettled(contestant, load, sql);
      Instant settled = Instant.now();
      Usage after = usage(contestant, sql);
      threads = Threads.between(threads, Threads.cpu(contestant.processes()));
      Executed executed = contestant.executed(load, sql);
      Map<String, Double> figures = new LinkedHashMap<>();
      double seconds = executed.took() / 1e6;
      figures.put("runs", (double) load.count());
      figures.put("first_s", executed.executed()[0] / 1e6);
      figures.put("seconds", seconds);
      figures.put("runs_per_s", load.count() / seconds);
      figures.put("settled_s", Duration.between(load.first(), settled).toMillis() / 1e3);
      lateness(figures, "late_ms", executed.executed());
      if (executed.recorded().length > 0) {
        lateness(figures, "recorded_late_ms", executed.recorded());
      }
      figures.put(
          "jit_cpu_s_per_1000", perThousand(threads.getOrDefault(Threads.JIT, 0.0), load.count()));
      cost(figures, contestant, before, after, load.count(), sql);
      figures.put("load_average", loadAverage);
      return new Round(load.count(), from, settled, threads, figures);
    }
  }

  /** A number that no round of this benchmark has had. */
  int next() {
    return ++round;
  }

  Usage usage(Contestant contestant, Sql sql) throws SQLException {
    return Usage.now(contestant.processes(), contestant.broker(), postgres, sql);
  }

  /** What so many executions cost between two instants. */
  static void cost(
      Map<String, Double> figures,
      Contestant contestant,
      Usage before,
      Usage after,
      long count,
      Sql sql)
      throws SQLException {
    double system = after.system() - before.system();
    double server = after.postgres() - before.postgres();
    figures.put("cpu_s_per_1000", perThousand(system, count));
    figures.put("postgres_cpu_s_per_1000", perThousand(server, count));
    figures.put("both_cpu_s_per_1000", perThousand(system + server, count));
    if (contestant.broker().isPresent()) {
      figures.put("broker_cpu_s_per_1000", perThousand(after.broker() - before.broker(), count));
    }
    figures.put("statements_per_run", (double) (after.statements() - before.statements()) / count);
    figures.put("wal_bytes_per_run", (double) after.walSince(before, sql) / count);
    figures.put("full_page_bytes_per_run", (double) after.fullPagesSince(before, sql) / count);
    figures.put("other_cores", after.othersSince(before));
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

  static void lateness(Map<String, Double> figures, String name, long[] sorted) {
    figures.put(name + "_p50", Executed.percentile(sorted, 50));
    figures.put(name + "_p95", Executed.percentile(sorted, 95));
    figures.put(name + "_p99", Executed.percentile(sorted, 99));
    figures.put(name + "_max", Executed.percentile(sorted, 100));
  }

  private static double perThousand(double seconds, long count) {
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
