package dev.carillon.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plays the workloads one after another, so that never more than one contestant is there. */
public final class Benchmark {

  private static final Path FOLDER = Path.of("target", "benchmark").toAbsolutePath();
  private static final Path LINES = Path.of("target", "benchmark.jsonl");

  private Benchmark() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    Options options = Options.ofProperties();
    Files.createDirectories(FOLDER);
    List<Measurement> measured = new ArrayList<>();
    long began = System.nanoTime();
    try (Postgres postgres = Postgres.start(FOLDER, options.profile())) {
      String machine = machine(postgres);
      System.out.println(machine);
      Rounds rounds = new Rounds(postgres);
      if (options.plays("W1")) {
        measured.addAll(new W1(options, postgres, rounds, FOLDER).play());
      }
      if (options.plays("W2")) {
        measured.addAll(new W2(options, postgres, rounds, FOLDER).play());
      }
      if (options.plays("W3")) {
        measured.addAll(new W3(options, postgres, FOLDER).play());
      }
      new Table(measured).print();
      System.out.println(machine);
    }
    write(measured);
    System.out.printf(
        "%d measurements in %d s; all rounds are in %s%n",
        measured.size(), Duration.ofNanos(System.nanoTime() - began).toSeconds(), LINES);
  }

  private static String machine(Postgres postgres) throws SQLException {
    try (Sql sql = postgres.connect("postgres")) {
      return "%d cores, load average %.2f at the start, Java %s (%s each), PostgreSQL %s, fsync and synchronous_commit on"
          .formatted(
              Runtime.getRuntime().availableProcessors(),
              Rounds.loadAverage(),
              Runtime.version(),
              Contestant.HEAP,
              sql.text("show server_version"));
    }
  }

  private static void write(List<Measurement> measured) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedWriter lines = Files.newBufferedWriter(LINES)) {
      for (Measurement one : measured) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("workload", one.workload());
        line.put("variant", one.variant());
        line.put("system", one.system());
        line.put("setup", one.setup());
        line.put("rounds", one.rounds());
        lines.write(mapper.writeValueAsString(line));
        lines.newLine();
      }
    }
  }
}
