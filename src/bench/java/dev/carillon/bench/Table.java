package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The medians, as text for a console. */
final class Table {

  /** Figures that both systems have, and how they are called at the head of a column. */
  private static final String[][] BOTH = {
    {"runs_per_s", "runs/s"},
    {"seconds", "last run s"},
    {"settled_s", "settled s"},
    {"late_ms_p50", "late p50 ms"},
    {"late_ms_p95", "p95"},
    {"late_ms_p99", "p99"},
    {"late_ms_max", "max"},
    {"cpu_s_per_1000", "CPU s/1000"},
    {"postgres_cpu_s_per_1000", "PG CPU s/1000"},
    {"statements_per_run", "statements/run"},
    {"wal_bytes_per_run", "WAL B/run"},
    {"full_page_bytes_per_run", "full pages B/run"},
    {"other_cores", "others' cores"},
    {"load_average", "load"},
  };

  private static final String[][] RECORDED = {
    {"recorded_late_ms_p50", "startedAt late p50 ms"},
    {"recorded_late_ms_p95", "p95"},
    {"recorded_late_ms_p99", "p99"},
    {"recorded_late_ms_max", "max"},
  };

  private static final String[][] IDLE = {
    {"idle_cpu_percent", "CPU % of a core"},
    {"idle_postgres_cpu_percent", "PG CPU %"},
    {"idle_statements_per_s", "statements/s"},
    {"late_ms_p50", "late p50 ms"},
    {"late_ms_max", "max"},
    {"recorded_late_ms_p50", "startedAt late p50 ms"},
    {"recorded_late_ms_max", "max"},
    {"other_cores", "others' cores"},
    {"load_average", "load"},
  };

  private final List<Measurement> measured;

  Table(List<Measurement> measured) {
    this.measured = measured;
  }

  void print() {
    List<Measurement> compared = measured.stream().filter(m -> !m.workload().equals("W3")).toList();
    for (String workload : List.of("W1", "W2")) {
      List<Measurement> some =
          compared.stream().filter(m -> m.workload().equals(workload)).toList();
      if (!some.isEmpty()) {
        print(workload, rows(some, BOTH, true));
        if (workload.equals("W2")) {
          print("W2, as Carillon records it", rows(some, RECORDED, false));
        }
      }
    }
    List<Measurement> idle = measured.stream().filter(m -> m.workload().equals("W3")).toList();
    if (!idle.isEmpty()) {
      print("W3", rows(idle, IDLE, false));
    }
    measured.stream()
        .map(m -> m.system() + " " + m.workload() + ": " + m.setup())
        .distinct()
        .forEach(System.out::println);
  }

  private static List<List<String>> rows(
      List<Measurement> some, String[][] figures, boolean withRatios) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("", ""));
    for (String[] figure : figures) {
      head.add(figure[1]);
    }
    rows.add(head);
    for (String variant : some.stream().map(Measurement::variant).distinct().toList()) {
      List<Measurement> same = some.stream().filter(m -> m.variant().equals(variant)).toList();
      same.stream().filter(m -> has(m, figures)).forEach(m -> rows.add(row(m, figures)));
      if (withRatios && same.size() == 2) {
        rows.add(ratios(same.get(0), same.get(1), figures));
      }
    }
    return rows;
  }

  private static boolean has(Measurement one, String[][] figures) {
    return one.has(figures[0][0]) || one.has(figures[figures.length - 1][0]);
  }

  private static List<String> row(Measurement one, String[][] figures) {
    List<String> row = new ArrayList<>(List.of(one.variant(), one.system()));
    for (String[] figure : figures) {
      row.add(one.has(figure[0]) ? number(one.median(figure[0])) : "");
    }
    return row;
  }

  /** The first to the second, as it is: whether more or less is better, the column tells. */
  private static List<String> ratios(Measurement one, Measurement other, String[][] figures) {
    List<String> row = new ArrayList<>(List.of(one.variant(), "ratio"));
    for (String[] figure : figures) {
      boolean ofTheMachine = figure[0].startsWith("other_") || figure[0].startsWith("load_");
      boolean comparable = one.has(figure[0]) && other.has(figure[0]) && !ofTheMachine;
      double ratio = comparable ? one.median(figure[0]) / other.median(figure[0]) : Double.NaN;
      row.add(Double.isFinite(ratio) ? "× " + number(ratio) : "");
    }
    return row;
  }

  private static void print(String title, List<List<String>> rows) {
    System.out.println();
    System.out.println(title);
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        line.append(i < 2 ? row.get(i) + pad : pad + row.get(i)).append("  ");
      }
      System.out.println(line.toString().stripTrailing());
    }
    System.out.println();
  }

  /** Three digits that mean something, and no more. */
  static String number(double value) {
    double size = Math.abs(value);
    String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, value);
  }
}
