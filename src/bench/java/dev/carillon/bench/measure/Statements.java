package dev.carillon.bench.measure;

import dev.carillon.JobHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a contestant sent to the server since the count began, and what it took there. */
public final class Statements {

  private static final String FORGET =
      """
      select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)
      """;

  private static final String TOP =
      """
      select s.calls, s.rows, s.total_plan_time, s.total_exec_time, s.wal_bytes, s.query
      from pg_stat_statements s
      where s.dbid = (select oid from pg_database where datname = current_database())
        and s.userid <> current_user::regrole::oid
      order by s.total_plan_time + s.total_exec_time desc
      limit 15
      """;

  /** So much of a statement that has no name is shown. */
  private static final int WIDTH = 90;

  private Statements() {}

  /** Begins to count anew. */
  public static void forget(Sql sql) throws SQLException {
    sql.text(FORGET);
  }

  /**
   * A table, the most expensive first.
   *
   * @param runs that were executed since the count began
   */
  public static List<List<String>> perThousand(Sql sql, long runs) throws SQLException {
    Map<String, String> names = names();
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "statement",
            "calls/1000 runs",
            "rows/call",
            "planning ms/1000",
            "executing ms/1000",
            "WAL B/run"));
    try (PreparedStatement statement = sql.connection().prepareStatement(TOP);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String text = rows.getString("query");
        long calls = rows.getLong("calls");
        table.add(
            List.of(
                Optional.ofNullable(names.get(form(text))).orElseGet(() -> beginning(text)),
                Numbers.shown(1e3 * calls / runs),
                Numbers.shown((double) rows.getLong("rows") / Math.max(1, calls)),
                Numbers.shown(1e3 * rows.getDouble("total_plan_time") / runs),
                Numbers.shown(1e3 * rows.getDouble("total_exec_time") / runs),
                Numbers.shown((double) rows.getLong("wal_bytes") / runs)));
      }
    }
    return table;
  }

  /** Carillon's statements by their form, named for their class and constant. */
  private static Map<String, String> names() {
    Map<String, String> names = new HashMap<>();
    try {
      Path root =
          Path.of(JobHandler.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.toString().endsWith("Sql.class")).toList()) {
          String relative = root.relativize(file).toString();
          String type =
              relative
                  .substring(0, relative.length() - ".class".length())
                  .replace('/', '.')
                  .replace('\\', '.');
          addConstants(Class.forName(type), names);
        }
      }
      return names;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (URISyntaxException | ReflectiveOperationException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void addConstants(Class<?> type, Map<String, String> names)
      throws IllegalAccessException {
    for (Field field : type.getDeclaredFields()) {
      if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        names.put(form((String) field.get(null)), type.getSimpleName() + "." + field.getName());
      }
    }
  }

  /**
   * What is left when constants, parameters and lists of them, all of which the server numbers or
   * shortens, count as the same.
   */
  private static String form(String statement) {
    return withoutComments(statement)
        .replaceAll("'[^']*'", "?")
        .replaceAll("\\$\\d+", "?")
        .replaceAll("\\b(\\d+(\\.\\d+)?|true|false|null)\\b", "?")
        .replaceAll("\\?(\\s*,\\s*\\?)+", "?")
        .replaceAll("\\s+", "");
  }

  private static String beginning(String statement) {
    String line = withoutComments(statement).replaceAll("\\s+", " ").strip();
    return line.length() > WIDTH ? line.substring(0, WIDTH) + "…" : line;
  }

  private static String withoutComments(String statement) {
    return statement.replaceAll("--[^\\n]*", "").replaceAll("/\\*.*?\\*/", "");
  }
}
