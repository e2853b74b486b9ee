package dev.carillon.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that was measured: the medians as tables, on the console and as Markdown, and every round as
 * a line of JSON.
 */
final class Report {

  private static final Path TABLES = Path.of("target", "benchmark.md");
  private static final Path LINES = Path.of("target", "benchmark.jsonl");

  /** What the tables do not show by themselves. */
  private static final List<String> REMARKS =
      List.of(
          "Medians of the counted rounds. Ratios are to db-scheduler in the same run.",
          "quartz plays W1 with a tenth and jobrunr with half of the runs, and W2 at 200/s only:"
              + " neither keeps up with 1,000/s, and the lateness of a backlog is the length of the round.",
          "jobrunr polls every 5 s at most and executes what is due before its next poll at once, so up to"
              + " 5 s early (below zero); what it missed waits for the one after. It has no schedules shorter than 5 s and is not in W4.");

  private final String machine;
  private final List<Measurement> measured = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>(REMARKS);
  private final List<Table> profiles = new ArrayList<>();

  /**
   * @param machine what it was measured on
   */
  Report(String machine) {
    this.machine = machine;
  }

  void add(Measurement measurement) {
    measured.add(measurement);
  }

  void add(List<Table> profile) {
    profiles.addAll(profile);
    profile.forEach(System.out::println);
  }

  /** What a reader of the tables must know. */
  void remark(String remark) {
    remarks.add(remark);
    System.out.println(remark);
  }

  /** Prints the tables and writes both files. */
  void publish() throws IOException {
    StringBuilder text = new StringBuilder();
    tables().forEach(table -> text.append(table).append('\n'));
    measured.stream()
        .map(m -> m.system() + " " + m.workload() + ": " + m.setup())
        .distinct()
        .forEach(setup -> text.append("- ").append(setup).append('\n'));
    remarks.forEach(remark -> text.append("- ").append(remark).append('\n'));
    text.append("- ").append(machine).append('\n');
    System.out.println("\n" + text);
    profiles.forEach(table -> text.append('\n').append(table));
    Files.writeString(TABLES, text);
    writeLines();
    System.out.printf("%d measurements; all rounds are in %s%n", measured.size(), LINES);
  }

  private Stream<Table> tables() {
    return Stream.of(
            Comparison.of("W1: all due at once", of(W1.NAME), Comparison.BURST),
            Comparison.of("W2: a steady stream", of(W2.NAME), Comparison.STREAM),
            Comparison.of("W2, as Carillon records it", of(W2.NAME), Comparison.RECORDED),
            Comparison.of("W3: waiting", of(W3.NAME), Comparison.IDLE),
            Comparison.of("W4: every second", of(W4.NAME), Comparison.FIRES))
        .flatMap(Optional::stream);
  }

  private List<Measurement> of(String workload) {
    return measured.stream().filter(one -> one.workload().equals(workload)).toList();
  }

  private void writeLines() throws IOException {
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
