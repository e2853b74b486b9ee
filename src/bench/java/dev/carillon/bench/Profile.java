package dev.carillon.bench;

import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.measure.Flight;
import dev.carillon.bench.measure.Numbers;
import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.measure.Statements;
import dev.carillon.bench.measure.Threads;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where one system's time goes, over all counted rounds of a workload: statements in the server,
 * CPU by kind of thread, and, for a JVM that records itself, CPU and allocation by stage.
 */
final class Profile {

  /** Not by code of the application, and not sampled by the flight recorder. */
  private static final Set<String> NOT_SAMPLED =
      Set.of(Threads.JIT, "garbage collector", "JVM", "flight recorder");

  private final String title;
  private final Contestant contestant;
  private final Postgres postgres;
  private final Map<String, Double> threads = new HashMap<>();
  private final List<Flight.Window> windows = new ArrayList<>();
  private List<List<String>> statements = List.of();
  private long runs;

  private Profile(String title, Contestant contestant, Postgres postgres) {
    this.title = title;
    this.contestant = contestant;
    this.postgres = postgres;
  }

  /** From now on everything that the contestant does is of counted rounds. */
  static Profile begin(String workload, Contestant contestant, Postgres postgres)
      throws SQLException {
    try (Sql sql = postgres.connect(contestant.database())) {
      Statements.forget(sql);
    }
    return new Profile(workload + ", " + contestant.name(), contestant, postgres);
  }

  /** One round, as it was measured. */
  void add(Rounds.Round round) {
    windows.add(new Flight.Window(round.from(), round.to()));
    round.threads().forEach((kind, seconds) -> threads.merge(kind, seconds, Double::sum));
    runs += round.runs();
  }

  /** While the contestant is still there. */
  void end() throws SQLException {
    try (Sql sql = postgres.connect(contestant.database())) {
      statements = Statements.perThousand(sql, runs);
    }
  }

  /** Once the contestant has ended: its recordings are complete then. */
  List<Table> tables() {
    List<Table> tables = new ArrayList<>();
    tables.add(new Table(title + ": statements", statements));
    tables.add(new Table(title + ": CPU by kind of thread", byThread()));
    if (!contestant.recordings().isEmpty()) {
      double sampled =
          threads.entrySet().stream()
              .filter(kind -> !NOT_SAMPLED.contains(kind.getKey()))
              .mapToDouble(Map.Entry::getValue)
              .sum();
      Flight flight = Flight.read(contestant.recordings(), windows);
      tables.add(
          new Table(title + ": CPU and allocation by stage", flight.perThousand(sampled, runs)));
    }
    return tables;
  }

  private List<List<String>> byThread() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("threads", "CPU s/1000 runs"));
    threads.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .filter(kind -> kind.getValue() > 0)
        .forEach(
            kind -> rows.add(List.of(kind.getKey(), Numbers.shown(1e3 * kind.getValue() / runs))));
    return rows;
  }
}
