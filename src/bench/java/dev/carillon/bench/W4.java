package dev.carillon.bench;

import dev.carillon.bench.contestant.Clockwork;
import dev.carillon.bench.contestant.Executed;
import dev.carillon.bench.contestant.Notes;
import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.measure.Usage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Many schedules, each firing every second, all on the second: does every fire come, once, and how
 * late?
 */
final class W4 {

  static final String NAME = "W4";

  /**
   * To make the schedules in; they fire from then on, or once they are made if that takes longer.
   */
  private static final Duration TO_SCHEDULE = Duration.ofSeconds(15);

  /** Fires that are not counted: for the compiler and the caches. */
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /** How long after the last instant a fire may come and still count as fired, late. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** In microseconds: before the next one is due. */
  private static final long ON_TIME = 1_000_000;

  private final Options options;
  private final Postgres postgres;
  private final Systems systems;
  private final Rounds rounds;
  private final Report report;

  W4(Options options, Postgres postgres, Systems systems, Rounds rounds, Report report) {
    this.options = options;
    this.postgres = postgres;
    this.systems = systems;
    this.rounds = rounds;
    this.report = report;
  }

  /**
   * @param names of systems that can do that
   */
  void play(List<String> names) throws SQLException {
    String variant = "%,d schedules".formatted(options.w4Schedules());
    for (String name : names) {
      try (Clockwork clockwork = (Clockwork) systems.start(name, NAME, options.slots())) {
        Map<String, Double> figures = play(clockwork);
        Progress.round(NAME + " " + variant, name, 1, figures);
        report.add(new Measurement(NAME, variant, name, clockwork.setup(), List.of(figures)));
      }
    }
  }

  private Map<String, Double> play(Clockwork clockwork) throws SQLException {
    double loadAverage = Rounds.loadAverage();
    try (Sql sql = postgres.connect(clockwork.database())) {
      // As in a round: no checkpoint falls into what is measured.
      sql.run("checkpoint");
      Instant first = Instant.now().plus(TO_SCHEDULE).truncatedTo(ChronoUnit.SECONDS);
      clockwork.schedule(rounds.next(), options.w4Schedules(), first);
      Instant made = Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
      Instant from = (made.isAfter(first) ? made : first).plus(WARM_UP);
      Instant to = from.plus(options.w4Seconds());
      Rounds.pause(Duration.between(Instant.now(), from));
      Usage before = rounds.usage(clockwork, sql);
      Rounds.pause(Duration.between(Instant.now(), to));
      Usage after = rounds.usage(clockwork, sql);
      Rounds.pause(GRACE);
      Map<String, Double> figures = figures(clockwork.fires(from, to, sql));
      long fires = Math.max(1, Math.round(figures.get("fires")));
      Rounds.cost(figures, clockwork, before, after, fires, sql);
      figures.put("load_average", loadAverage);
      return figures;
    }
  }

  private Map<String, Double> figures(Notes fires) {
    long expected = options.w4Schedules() * options.w4Seconds().toSeconds();
    Set<List<Long>> distinct = new HashSet<>();
    for (int i = 0; i < fires.size(); i++) {
      distinct.add(List.of(fires.number()[i], fires.due()[i]));
    }
    long[] late = fires.late();
    long onTime = Arrays.stream(late).filter(one -> one < ON_TIME).count();
    long doubled = fires.size() - distinct.size();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("expected", (double) expected);
    figures.put("fires", (double) distinct.size());
    figures.put("fires_percent", 100.0 * distinct.size() / expected);
    // Of doubles, which must not be, one at most is on time.
    figures.put("on_time_percent", 100.0 * Math.max(0, onTime - doubled) / expected);
    figures.put("doubled", (double) doubled);
    if (late.length > 0) {
      Rounds.lateness(figures, "late_ms", new Executed(new long[0], late, 0).executed());
    }
    return figures;
  }
}
