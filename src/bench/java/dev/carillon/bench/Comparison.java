package dev.carillon.bench;

import dev.carillon.bench.contestant.DbSchedulerUnderTest;
import dev.carillon.bench.measure.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The medians of one workload, and each system's ratio to db-scheduler in the same run. */
final class Comparison {

  /**
   * A column.
   *
   * @param figure as the rounds have it
   * @param head what stands above it
   * @param compared whether a ratio says anything: not of what is the machine's or asked for
   */
  record Column(String figure, String head, boolean compared) {

    static Column compared(String figure, String head) {
      return new Column(figure, head, true);
    }

    static Column shown(String figure, String head) {
      return new Column(figure, head, false);
    }
  }

  private static final List<Column> LATENESS =
      List.of(
          Column.compared("late_ms_p50", "late p50 ms"),
          Column.compared("late_ms_p95", "p95"),
          Column.compared("late_ms_p99", "p99"),
          Column.compared("late_ms_max", "max"));

  private static final List<Column> COST =
      List.of(
          Column.compared("cpu_s_per_1000", "CPU s/1000"),
          Column.shown("jit_cpu_s_per_1000", "JIT of it"),
          Column.compared("postgres_cpu_s_per_1000", "PG CPU s/1000"),
          Column.compared("both_cpu_s_per_1000", "both"),
          Column.shown("broker_cpu_s_per_1000", "broker CPU s/1000"),
          Column.compared("statements_per_run", "statements/run"),
          Column.compared("wal_bytes_per_run", "WAL B/run"),
          Column.compared("full_page_bytes_per_run", "full pages B/run"));

  private static final List<Column> MACHINE =
      List.of(Column.shown("other_cores", "others' cores"), Column.shown("load_average", "load"));

  static final List<Column> BURST =
      joined(
          List.of(
              Column.shown("runs", "runs"),
              Column.compared("runs_per_s", "runs/s"),
              Column.shown("first_s", "first run s"),
              Column.compared("seconds", "last run s"),
              Column.compared("settled_s", "settled s")),
          COST,
          MACHINE);

  static final List<Column> STREAM =
      joined(List.of(Column.shown("runs", "runs")), LATENESS, COST, MACHINE);

  static final List<Column> RECORDED =
      List.of(
          Column.shown("recorded_late_ms_p50", "startedAt late p50 ms"),
          Column.shown("recorded_late_ms_p95", "p95"),
          Column.shown("recorded_late_ms_p99", "p99"),
          Column.shown("recorded_late_ms_max", "max"));

  static final List<Column> IDLE =
      joined(
          List.of(
              Column.shown("idle_cpu_percent", "CPU % of a core"),
              Column.shown("idle_postgres_cpu_percent", "PG CPU %"),
              Column.shown("idle_statements_per_s", "statements/s"),
              Column.shown("late_ms_p50", "late p50 ms"),
              Column.shown("late_ms_max", "max"),
              Column.shown("recorded_late_ms_p50", "startedAt late p50 ms"),
              Column.shown("recorded_late_ms_max", "max")),
          MACHINE);

  static final List<Column> FIRES =
      joined(
          List.of(
              Column.shown("expected", "expected"),
              Column.compared("fires", "fired"),
              Column.compared("fires_percent", "fired %"),
              Column.compared("on_time_percent", "on time %"),
              Column.shown("doubled", "doubled")),
          LATENESS,
          COST,
          MACHINE);

  private Comparison() {}

  /** Those measurements that have one of the figures, and below each variant the ratios. */
  static Optional<Table> of(String title, List<Measurement> measured, List<Column> columns) {
    List<Measurement> some = measured.stream().filter(one -> has(one, columns)).toList();
    if (some.isEmpty()) {
      return Optional.empty();
    }
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("", "system"));
    columns.forEach(column -> head.add(column.head()));
    rows.add(head);
    for (String variant : some.stream().map(Measurement::variant).distinct().toList()) {
      List<Measurement> same = some.stream().filter(m -> m.variant().equals(variant)).toList();
      same.forEach(one -> rows.add(row(one, columns)));
      if (columns.stream().anyMatch(Column::compared)) {
        rows.addAll(ratios(same, columns));
      }
    }
    return Optional.of(new Table(title, rows));
  }

  private static boolean has(Measurement one, List<Column> columns) {
    return columns.stream()
        .filter(column -> !MACHINE.contains(column))
        .anyMatch(column -> one.has(column.figure()));
  }

  private static List<String> row(Measurement one, List<Column> columns) {
    List<String> row = new ArrayList<>(List.of(one.variant(), one.system()));
    for (Column column : columns) {
      row.add(one.has(column.figure()) ? Numbers.shown(one.median(column.figure())) : "");
    }
    return row;
  }

  private static List<List<String>> ratios(List<Measurement> same, List<Column> columns) {
    Optional<Measurement> yardstick =
        same.stream().filter(one -> one.system().equals(DbSchedulerUnderTest.NAME)).findFirst();
    return yardstick.stream()
        .flatMap(
            other ->
                same.stream().filter(one -> one != other).map(one -> ratio(one, other, columns)))
        .toList();
  }

  /** As it is: whether more or less is better, the column tells. */
  private static List<String> ratio(Measurement one, Measurement other, List<Column> columns) {
    String who = one.system() + " ÷ " + other.system();
    List<String> row = new ArrayList<>(List.of(one.variant(), who));
    for (Column column : columns) {
      String figure = column.figure();
      boolean comparable = column.compared() && one.has(figure) && other.has(figure);
      double ratio = comparable ? one.median(figure) / other.median(figure) : Double.NaN;
      row.add(Double.isFinite(ratio) ? "× " + Numbers.shown(ratio) : "");
    }
    return row;
  }

  @SafeVarargs
  private static List<Column> joined(List<Column>... parts) {
    List<Column> all = new ArrayList<>();
    for (List<Column> part : parts) {
      all.addAll(part);
    }
    return List.copyOf(all);
  }
}
