package dev.carillon.bench;

import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.contestant.DbSchedulerUnderTest;
import dev.carillon.bench.contestant.Deployment;
import dev.carillon.bench.contestant.QuartzUnderTest;
import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.next.NextTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Plays the workloads one after another, so that never more than one contestant is there. */
public final class Benchmark {

  private static final Path FOLDER = Path.of("target", "benchmark").toAbsolutePath();

  private Benchmark() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    Options options = Options.ofProperties();
    Files.createDirectories(FOLDER);
    long began = System.nanoTime();
    if (options.plays(NextTables.NAME)) {
      next(options.quick());
    }
    if (options.playsSystems()) {
      systems(options);
    }
    System.out.printf("%d s%n", Duration.ofNanos(System.nanoTime() - began).toSeconds());
    // Brokers are ended by their shutdown hooks, and threads of their clients keep nobody waiting.
    System.exit(0);
  }

  /** Needs neither server nor contestants' processes: JMH starts its own. */
  private static void next(boolean quick) throws IOException {
    List<List<List<String>>> tables = NextTables.measure(quick);
    String text =
        "Java %s, %d cores, load average %.2f at the end%n%n%s%n%s"
            .formatted(
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                Rounds.loadAverage(),
                new Table("NEXT: one look for the next fire, cron", tables.get(0)),
                new Table("NEXT: one look for the next fire, RRULE", tables.get(1)));
    System.out.println(text);
    Files.writeString(FOLDER.resolve("next.md"), text);
  }

  private static void systems(Options options) throws IOException, SQLException {
    try (Postgres postgres = Postgres.start(FOLDER, options.profile())) {
      Report report = new Report(machine(postgres));
      try {
        play(options, postgres, report);
      } finally {
        // What was measured until a failure is worth having.
        report.publish();
      }
    }
  }

  private static void play(Options options, Postgres postgres, Report report) throws SQLException {
    Systems systems = new Systems(options, postgres, FOLDER);
    Rounds rounds = new Rounds(postgres);
    Contest contest = new Contest(options, postgres, systems, rounds, report);
    if (options.plays(W1.NAME)) {
      List<String> names = options.quick() ? oneProcessEach() : Systems.names();
      contest.play(
          W1.NAME, options.slots(), options.chosenFrom(names), p -> W1.programme(options, p));
    }
    if (options.plays(W2.NAME)) {
      List<String> names = options.quick() ? twoOfThem() : Systems.names();
      contest.play(W2.NAME, W2.SLOTS, options.chosenFrom(names), p -> W2.programme(options, p));
    }
    if (options.plays(W3.NAME)) {
      new W3(options, postgres, systems, rounds, report).play();
    }
    if (options.plays(W4.NAME)) {
      List<String> names =
          options.quick()
              ? List.of(Deployment.ONE.name())
              : List.of(DbSchedulerUnderTest.NAME, Deployment.ONE.name(), QuartzUnderTest.NAME);
      new W4(options, postgres, systems, rounds, report).play(options.chosenFrom(names));
    }
  }

  /** Enough for the ratios of the brokers. */
  private static List<String> oneProcessEach() {
    return Systems.names().stream()
        .filter(
            name ->
                name.equals(DbSchedulerUnderTest.NAME)
                    || Deployment.all().stream()
                        .anyMatch(one -> one.processes() == 1 && one.name().equals(name)))
        .toList();
  }

  private static List<String> twoOfThem() {
    return List.of(DbSchedulerUnderTest.NAME, Deployment.ONE.name());
  }

  private static String machine(Postgres postgres) throws SQLException {
    try (Sql sql = postgres.connect("postgres")) {
      String machine =
          "%d cores, load average %.2f at the start, Java %s (%s each), PostgreSQL %s, fsync and synchronous_commit on"
              .formatted(
                  Runtime.getRuntime().availableProcessors(),
                  Rounds.loadAverage(),
                  Runtime.version(),
                  Contestant.HEAP,
                  sql.text("show server_version"));
      System.out.println(machine);
      return machine;
    }
  }
}
