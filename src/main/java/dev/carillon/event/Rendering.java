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
 * the runs that are likely to be named again. A row may name thousands of runs whose events carry
 * everything: then it is told in parts, one after the other. Used from one context.
 */
final class Rendering {

  /** What events may carry at once. Read, parsed and written it is several times as much. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  /** An attempt's output, or the message of its error, as it is kept. */
  private static final int LONGEST_OUTPUT = 64 * 1024;

  private static final int MOST_SUBJECTS = 20_000;

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
   * @param rows how many rows of the batch are told to their ends; all of them, unless they carry
   *     too much
   * @param counts of those rows, as far as it is told here
   * @param further how many of the runs of the row after them are told, from its first one; 0: none
   * @param begun of that row, as far as it is told here
   */
  record Told(int rows, List<EventMessage> events, Rollup counts, int further, Rollup begun) {}

  /**
   * What is told at once of a row.
   *
   * @param from of its runs the first
   * @param to of its runs the first that is not told; less than it has: another part follows
   */
  private record Part(Row row, UUID[] runs, Integer[] attempts, int from, int to) {

    private static final UUID[] NO_RUNS = {};
    private static final Integer[] NO_ATTEMPTS = {};

    static Part rest(Row row, int from) {
      UUID[] runs = row.getArrayOfUUIDs("runs");
      return runs == null
          ? new Part(row, NO_RUNS, NO_ATTEMPTS, 0, 0)
          : new Part(row, runs, row.getArrayOfIntegers("attempts"), from, runs.length);
    }

    Part until(int end) {
      return new Part(row, runs, attempts, from, end);
    }

    boolean isLast() {
      return to == runs.length;
    }

    boolean is(String kind) {
      return kind.equals(row.getString("kind"));
    }
  }

  /** What events carry beside the reference, as JSON text; messages as they are. */
  private record Contents(
      Map<UUID, String> params, Map<Attempt, String> outputs, Map<Attempt, String> messages) {

    static final Contents NONE = new Contents(Map.of(), Map.of(), Map.of());
  }

  /**
   * @param told how many of the first row's runs have been told already
   */
  Uni<Told> of(List<Row> rows, int told) {
    List<Part> parts = new ArrayList<>(rows.size());
    for (Row row : rows) {
      parts.add(Part.rest(row, parts.isEmpty() ? told : 0));
    }
    return readDetails(parts).chain(ends -> of(withFew(parts), ends));
  }

  private Uni<Told> of(List<Part> parts, Map<Attempt, Row> ends) {
    return readFirstStarts(parts)
        .chain(starts -> readContents(parts).map(full -> render(parts, ends, starts, full)));
  }

  /** Only between batches: what a batch needs must stay until it is rendered. */
  void forgetOldest() {
    Iterator<UUID> oldest = subjects.keySet().iterator();
    for (int surplus = subjects.size() - MOST_SUBJECTS; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  /** The beginning of a batch that does not carry too much, but at least one run. */
  private List<Part> withFew(List<Part> parts) {
    long bytes = 0;
    for (int p = 0; p < parts.size(); p++) {
      Part part = parts.get(p);
      for (int i = part.from; i < part.to; i++) {
        bytes += carries(part, i);
        if (bytes > MOST_BYTES && (p > 0 || i > part.from)) {
          List<Part> few = new ArrayList<>(parts.subList(0, p));
          if (i > part.from) {
            few.add(part.until(i));
          }
          return few;
        }
      }
    }
    return parts;
  }

  private int carries(Part part, int i) {
    RunEvent.Subject subject = subjects.get(part.runs[i]);
    Integer params = subject == null ? null : subject.fullBytes();
    return params == null ? 0 : params + (part.is(OutboxRows.ENDED) ? LONGEST_OUTPUT : 0);
  }

  private boolean isFull(UUID run) {
    RunEvent.Subject subject = subjects.get(run);
    return subject != null && subject.full();
  }

  private Uni<Contents> readContents(List<Part> parts) {
    Set<UUID> full = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Part part : parts) {
      for (int i = part.from; i < part.to; i++) {
        if (isFull(part.runs[i])) {
          full.add(part.runs[i]);
          if (part.is(OutboxRows.ENDED)) {
            ended.add(part.runs[i]);
            numbers.add(part.attempts[i]);
          }
        }
      }
    }
    return full.isEmpty()
        ? Uni.createFrom().item(Contents.NONE)
        : pg.asEngineHot(RelaySql.CONTENTS, details(full, ended, numbers)).map(Rendering::contents);
  }

  private static Contents contents(RowSet<Row> rows) {
    Contents contents = new Contents(new HashMap<>(), new HashMap<>(), new HashMap<>());
    for (Row row : rows) {
      UUID run = row.getUUID("run_id");
      Integer number = row.getInteger("attempt");
      if (number == null) {
        contents.params.put(run, row.getString("content"));
      } else {
        Attempt attempt = new Attempt(run, number);
        contents.outputs.put(attempt, row.getString("content"));
        contents.messages.put(attempt, row.getString("message"));
      }
    }
    return contents;
  }

  private Uni<Map<Attempt, Row>> readDetails(List<Part> parts) {
    Set<UUID> unknown = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Part part : parts) {
      boolean retried = part.is(OutboxRows.RETRIED);
      for (int i = part.from; i < part.to; i++) {
        // One that was retried may be due at another instant than before.
        if (retried || !subjects.containsKey(part.runs[i])) {
          unknown.add(part.runs[i]);
        }
        if (retried || part.is(OutboxRows.ENDED)) {
          ended.add(part.runs[i]);
          numbers.add(retried ? part.attempts[i] - 1 : part.attempts[i]);
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
  private Uni<Map<UUID, Integer>> readFirstStarts(List<Part> parts) {
    Set<UUID> goOn = new LinkedHashSet<>();
    for (Part part : parts) {
      if (part.is(OutboxRows.STARTED)) {
        for (int i = part.from; i < part.to; i++) {
          RunEvent.Subject subject = subjects.get(part.runs[i]);
          if (part.attempts[i] > 1 && subject != null && subject.scheduleId() != null) {
            goOn.add(part.runs[i]);
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
      List<Part> parts, Map<Attempt, Row> ends, Map<UUID, Integer> firstStarts, Contents contents) {
    List<EventMessage> events = new ArrayList<>();
    Rollup counts = new Rollup();
    Rollup begun = new Rollup();
    for (Part part : parts) {
      if (part.is(OutboxRows.CHANGED)) {
        ChangeEvent change = RunRows.change(part.row);
        events.add(change);
        counts.add(change);
      } else {
        Rollup saying = part.isLast() ? counts : begun;
        renderRuns(part, ends, firstStarts, contents, events, saying);
      }
    }
    Part last = parts.get(parts.size() - 1);
    return last.isLast()
        ? new Told(parts.size(), events, counts, 0, begun)
        : new Told(parts.size() - 1, events, counts, last.to, begun);
  }

  private void renderRuns(
      Part part,
      Map<Attempt, Row> ends,
      Map<UUID, Integer> firstStarts,
      Contents contents,
      List<EventMessage> all,
      Rollup counts) {
    boolean retried = part.is(OutboxRows.RETRIED);
    for (int i = part.from; i < part.to; i++) {
      UUID run = part.runs[i];
      int number = part.attempts[i];
      RunEvent.Subject subject = subjects.get(run);
      // A run that retention has deleted meanwhile has nobody left to be told about.
      if (subject != null) {
        Row end = ends.get(new Attempt(run, retried ? number - 1 : number));
        RunEvent.Content content = content(subject, number, contents);
        List<RunEvent> events = RunRows.events(part.row, subject, number, end, content);
        all.addAll(events);
        if (!events.isEmpty()) {
          boolean starts = firstStarts.getOrDefault(run, number) >= number;
          count(events.get(0), end, starts, counts);
        }
      }
    }
  }

  private static RunEvent.@Nullable Content content(
      RunEvent.Subject subject, int number, Contents contents) {
    Attempt attempt = new Attempt(subject.id(), number);
    return subject.full()
        ? RunRows.content(
            contents.params.get(subject.id()),
            contents.outputs.get(attempt),
            contents.messages.get(attempt))
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
