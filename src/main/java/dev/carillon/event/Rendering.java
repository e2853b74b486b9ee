package dev.carillon.event;

import dev.carillon.broker.EventMessage;
import dev.carillon.pg.IdBounds;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the outbox's rows: reads what they name, all of a batch at once, and remembers
 * the runs that are likely to be named again. Used from one context.
 */
final class Rendering {

  /** Of jobs whose events carry everything, as much as a third of a megabyte each. */
  private static final int MOST_FULL = 300;

  private static final int MOST_SUBJECTS = 20_000;
  private static final UUID[] NO_RUNS = {};

  private final Pg pg;

  /** A run is told of at least twice, shortly after another; it is read once. */
  private final Map<UUID, RunEvent.Subject> subjects = new LinkedHashMap<>();

  Rendering(Pg pg) {
    this.pg = pg;
  }

  private record Attempt(UUID run, int number) {}

  /**
   * A batch's events, and what they say of schedules.
   *
   * @param rows how many rows of the batch they tell; all of them, unless they carry too much
   */
  record Told(int rows, List<EventMessage> events, Rollup counts) {}

  /** What events carry beside the reference, as JSON text. */
  private record Contents(Map<UUID, String> params, Map<Attempt, String> outputs) {

    static final Contents NONE = new Contents(Map.of(), Map.of());
  }

  Uni<Told> of(List<Row> batch) {
    return readDetails(batch).chain(ends -> of(withFew(batch), ends));
  }

  private Uni<Told> of(List<Row> batch, Map<Attempt, Row> ends) {
    return readFirstStarts(batch)
        .chain(starts -> readContents(batch).map(full -> render(batch, ends, starts, full)));
  }

  /** Only between batches: what a batch needs must stay until it is rendered. */
  void forgetOldest() {
    Iterator<UUID> oldest = subjects.keySet().iterator();
    for (int surplus = subjects.size() - MOST_SUBJECTS; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  /** The beginning of a batch that does not carry too much, but at least one row. */
  private List<Row> withFew(List<Row> batch) {
    int full = 0;
    for (int i = 0; i < batch.size(); i++) {
      UUID[] named = batch.get(i).getArrayOfUUIDs("runs");
      for (UUID run : named == null ? NO_RUNS : named) {
        full += isFull(run) ? 1 : 0;
      }
      if (full > MOST_FULL && i > 0) {
        return batch.subList(0, i);
      }
    }
    return batch;
  }

  private boolean isFull(UUID run) {
    RunEvent.Subject subject = subjects.get(run);
    return subject != null && subject.full();
  }

  private Uni<Contents> readContents(List<Row> batch) {
    Set<UUID> full = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Row row : batch) {
      UUID[] named = row.getArrayOfUUIDs("runs");
      boolean ends = OutboxRows.ENDED.equals(row.getString("kind"));
      for (int i = 0; named != null && i < named.length; i++) {
        if (isFull(named[i])) {
          full.add(named[i]);
          if (ends) {
            ended.add(named[i]);
            numbers.add(row.getArrayOfIntegers("attempts")[i]);
          }
        }
      }
    }
    return full.isEmpty()
        ? Uni.createFrom().item(Contents.NONE)
        : pg.asEngineHot(RelaySql.CONTENTS, details(full, ended, numbers)).map(Rendering::contents);
  }

  private static Contents contents(RowSet<Row> rows) {
    Map<UUID, String> params = new HashMap<>();
    Map<Attempt, String> outputs = new HashMap<>();
    for (Row row : rows) {
      UUID run = row.getUUID("run_id");
      Integer attempt = row.getInteger("attempt");
      if (attempt == null) {
        params.put(run, row.getString("content"));
      } else {
        outputs.put(new Attempt(run, attempt), row.getString("content"));
      }
    }
    return new Contents(params, outputs);
  }

  private Uni<Map<Attempt, Row>> readDetails(List<Row> batch) {
    Set<UUID> unknown = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Row row : batch) {
      UUID[] runs = row.getArrayOfUUIDs("runs");
      if (runs == null) {
        continue;
      }
      boolean retried = OutboxRows.RETRIED.equals(row.getString("kind"));
      for (UUID run : runs) {
        // One that was retried may be due at another instant than before.
        if (retried || !subjects.containsKey(run)) {
          unknown.add(run);
        }
      }
      if (retried || OutboxRows.ENDED.equals(row.getString("kind"))) {
        ended.addAll(List.of(runs));
        for (Integer number : row.getArrayOfIntegers("attempts")) {
          numbers.add(retried ? number - 1 : number);
        }
      }
    }
    if (unknown.isEmpty() && ended.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return pg.asEngineHot(RelaySql.DETAILS, details(unknown, ended, numbers)).map(this::details);
  }

  private static Tuple details(Set<UUID> unknown, List<UUID> ended, Set<Integer> numbers) {
    UUID[] runs = unknown.toArray(UUID[]::new);
    UUID[] tried = ended.toArray(UUID[]::new);
    IdBounds ofRuns = IdBounds.of(runs);
    IdBounds ofTried = IdBounds.of(tried);
    return Tuple.tuple()
        .addArrayOfUUID(runs)
        .addUUID(ofRuns.lowest())
        .addUUID(ofRuns.highest())
        .addArrayOfUUID(tried)
        .addUUID(ofTried.lowest())
        .addUUID(ofTried.highest())
        .addArrayOfInteger(numbers.toArray(Integer[]::new));
  }

  private Map<Attempt, Row> details(RowSet<Row> rows) {
    Map<Attempt, Row> ends = new HashMap<>();
    for (Row row : rows) {
      if (row.getUUID("id") != null) {
        subjects.put(row.getUUID("id"), RunRows.subject(row));
      }
      if (row.getUUID("run_id") != null) {
        ends.put(new Attempt(row.getUUID("run_id"), row.getInteger("attempt")), row);
      }
    }
    return ends;
  }

  /**
   * Of runs that go on after their first attempt: whether that one, or one after it, had begun. Not
   * so where a missed or skipped run was revived.
   */
  private Uni<Map<UUID, Integer>> readFirstStarts(List<Row> batch) {
    Set<UUID> goOn = new LinkedHashSet<>();
    for (Row row : batch) {
      if (OutboxRows.STARTED.equals(row.getString("kind"))) {
        UUID[] runs = row.getArrayOfUUIDs("runs");
        Integer[] attempts = row.getArrayOfIntegers("attempts");
        for (int i = 0; i < runs.length; i++) {
          RunEvent.Subject subject = subjects.get(runs[i]);
          if (attempts[i] > 1 && subject != null && subject.scheduleId() != null) {
            goOn.add(runs[i]);
          }
        }
      }
    }
    if (goOn.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    UUID[] ids = goOn.toArray(UUID[]::new);
    IdBounds bounds = IdBounds.of(ids);
    return pg.asEngineHot(
            RelaySql.FIRST_STARTS,
            Tuple.tuple().addArrayOfUUID(ids).addUUID(bounds.lowest()).addUUID(bounds.highest()))
        .map(
            rows -> {
              Map<UUID, Integer> starts = new HashMap<>();
              rows.forEach(row -> starts.put(row.getUUID("run_id"), row.getInteger("attempt")));
              return starts;
            });
  }

  private Told render(
      List<Row> batch, Map<Attempt, Row> ends, Map<UUID, Integer> firstStarts, Contents contents) {
    Told rendered = new Told(batch.size(), new ArrayList<>(), new Rollup());
    for (Row row : batch) {
      if (OutboxRows.CHANGED.equals(row.getString("kind"))) {
        ChangeEvent change = RunRows.change(row);
        rendered.events.add(change);
        rendered.counts.add(change);
      } else {
        renderRuns(row, ends, firstStarts, contents, rendered);
      }
    }
    return rendered;
  }

  private void renderRuns(
      Row row,
      Map<Attempt, Row> ends,
      Map<UUID, Integer> firstStarts,
      Contents contents,
      Told rendered) {
    UUID[] runs = row.getArrayOfUUIDs("runs");
    Integer[] attempts = row.getArrayOfIntegers("attempts");
    boolean retried = OutboxRows.RETRIED.equals(row.getString("kind"));
    for (int i = 0; i < runs.length; i++) {
      RunEvent.Subject subject = subjects.get(runs[i]);
      // A run that retention has deleted meanwhile has nobody left to be told about.
      if (subject != null) {
        Row end = ends.get(new Attempt(runs[i], retried ? attempts[i] - 1 : attempts[i]));
        RunEvent.Content content = content(subject, attempts[i], contents);
        List<RunEvent> events = RunRows.events(row, subject, attempts[i], end, content);
        rendered.events.addAll(events);
        if (!events.isEmpty()) {
          boolean starts = firstStarts.getOrDefault(runs[i], attempts[i]) >= attempts[i];
          count(events.get(0), end, starts, rendered.counts);
        }
      }
    }
  }

  private static RunEvent.@Nullable Content content(
      RunEvent.Subject subject, int attempt, Contents contents) {
    return subject.full()
        ? RunRows.content(
            contents.params.get(subject.id()),
            contents.outputs.get(new Attempt(subject.id(), attempt)))
        : null;
  }

  private static void count(RunEvent first, @Nullable Row end, boolean starts, Rollup counts) {
    switch (first.kind()) {
      case RETRIED -> {
        // Neither a start nor an end.
      }
      case STARTED -> {
        if (starts) {
          counts.addFirstStart(first);
        }
      }
      default -> counts.addEnd(first, end != null && end.getBoolean("backfilled") != null);
    }
  }
}
