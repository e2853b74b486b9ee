package dev.carillon.testing;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A statement on a connection of the hot path, and what its one plan does with different values.
 * EXPLAIN of a statement with parameters plans for their values; EXPLAIN EXECUTE takes the plan
 * that the connection keeps.
 */
public final class PlannedOnce implements AutoCloseable {

  private final PgConnection connection;

  /** What EXPLAIN (ANALYZE, BUFFERS) says of one execution. */
  public record Plan(String text) {

    private static final Pattern THROWN_AWAY = Pattern.compile("Rows Removed by [^:]*: (\\d+)");
    private static final Pattern PARAMETER = Pattern.compile("\\$\\d");
    private static final Pattern LOOPS = Pattern.compile("loops=(\\d+)");
    private static final Pattern PAGES = Pattern.compile("Buffers: shared([^\n]*)");
    private static final Pattern COUNT = Pattern.compile("(?:hit|read)=(\\d+)");

    public boolean isGeneric() {
      return PARAMETER.matcher(text).find();
    }

    /** Rows that were read or compared for nothing, the most of any node. */
    public long rowsThrownAway() {
      long most = 0;
      long loops = 1;
      for (String line : text.split("\n")) {
        Matcher loop = LOOPS.matcher(line);
        if (loop.find()) {
          loops = Long.parseLong(loop.group(1));
        }
        Matcher thrown = THROWN_AWAY.matcher(line);
        if (thrown.find()) {
          most = Math.max(most, loops * Long.parseLong(thrown.group(1)));
        }
      }
      return most;
    }

    /** Pages looked at, in all. */
    public long pages() {
      long most = 0;
      Matcher lines = PAGES.matcher(text);
      while (lines.find()) {
        long sum = 0;
        Matcher count = COUNT.matcher(lines.group(1));
        while (count.find()) {
          sum += Long.parseLong(count.group(1));
        }
        most = Math.max(most, sum);
      }
      return most;
    }
  }

  public PlannedOnce(EngineFixture engine, String sql) {
    connection = join(PgConnection.connect(engine.vertx, engine.pg.options()));
    join(connection.query("prepare once as " + sql).execute());
  }

  /** Executes it for real and tells how. */
  public Plan explain(Tuple parameters) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      values.add(literal(parameters.getValue(i)));
    }
    RowSet<Row> lines =
        join(
            connection
                .query(
                    "explain (analyze, buffers, costs off, timing off, summary off) execute once ("
                        + String.join(", ", values)
                        + ")")
                .execute());
    return new Plan(lines.stream().map(row -> row.getString(0)).collect(Collectors.joining("\n")));
  }

  @Override
  public void close() {
    connection.close();
  }

  private static String literal(Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Object[] array) {
      List<String> elements = new ArrayList<>();
      for (Object element : array) {
        elements.add(
            element == null ? "null" : '"' + element.toString().replace("\"", "\\\"") + '"');
      }
      return "'{" + String.join(",", elements) + "}'";
    }
    return value instanceof Number ? value.toString() : "'" + value + "'";
  }

  private static <T> T join(io.vertx.core.Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }
}
