package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import dev.carillon.schedule.Overlap;
import dev.carillon.schedule.OverlapPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Decides about the waiting runs of some schedules, in one transaction: their clocks are locked,
 * then the live runs are read as they stand, then what {@link Overlap} says is written.
 *
 * <p>Runs end, are cancelled and expire without asking the clock. So nothing that was read is
 * relied on: each statement locks the rows it changes, passing over those that somebody else has,
 * and looks at them again. Only what was ended here, or was gone when the rows were read, has freed
 * the place; where anything else came out than was decided, nothing further is done for that
 * schedule, and it is decided about again. No waiting for a run's row while a clock is locked:
 * whoever ends a run locks them the other way round.
 */
final class AdmissionStep {

  private static final String TERMINATED =
      new JsonObject()
          .put("class", "Terminated")
          .put(
              "message",
              "ended at once for a newer run of its schedule, whose overlap policy is"
                  + " TERMINATE_OTHER")
          .put("retryable", false)
          .encode();

  /** Of each schedule, where a decision may need all that wait: above what may wait. */
  static final int MOST_READ = 2 * Overlap.MOST_WAITING;

  private final Pg pg;

  AdmissionStep(Pg pg) {
    this.pg = pg;
  }

  /**
   * What came of it.
   *
   * @param released runs that have got the place
   * @param stop runs whose worker is to be told to stop
   * @param settled schedules with which everything stays as it is
   * @param again schedules to decide about once more, for something was locked or had changed
   * @param rearmed whether schedules have another next fire
   * @param freed whether places under limits were given back
   */
  record Decided(
      List<JobDue> released,
      Set<UUID> stop,
      Set<UUID> settled,
      Set<UUID> again,
      boolean rearmed,
      boolean freed) {}

  /** The live runs of one schedule, as they were read. */
  private record Situation(List<Overlap.Living> living, List<Overlap.Waiting> waiting) {

    Situation() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  Uni<Decided> decide(Lease.Held held, List<UUID> schedules, Instant now) {
    return pg.inEngineTransaction(
        statements -> new Writing(statements, schedules, now).decide(held));
  }

  /** One transaction; made anew when it has to be repeated. */
  private static final class Writing {

    private final Statements statements;
    private final List<UUID> schedules;
    private final OffsetDateTime now;

    /** Schedules with a bounded number of fires. */
    private final Set<UUID> counted = new HashSet<>();

    private final Map<UUID, Overlap> decisions = new LinkedHashMap<>();
    private final Set<UUID> running = new HashSet<>();
    private final List<JobDue> released = new ArrayList<>();
    private final Set<UUID> stop = new HashSet<>();
    private final Set<UUID> settled = new HashSet<>();
    private final Set<UUID> again = new HashSet<>();
    private boolean rearmed;
    private boolean freed;

    Writing(Statements statements, List<UUID> schedules, Instant now) {
      this.statements = statements;
      this.schedules = schedules;
      this.now = now.atOffset(ZoneOffset.UTC);
      this.again.addAll(schedules);
    }

    Uni<Decided> decide(Lease.Held held) {
      return lock(held)
          .chain(locked -> locked.length == 0 ? Uni.createFrom().voidItem() : decide(locked))
          .map(done -> new Decided(released, stop, settled, again, rearmed, freed));
    }

    private Uni<UUID[]> lock(Lease.Held held) {
      return statements
          .query(
              AdmissionSql.LOCK, Tuple.of(held.name(), held.holder(), held.epoch(), ids(schedules)))
          .map(
              rows -> {
                Set<UUID> locked = new HashSet<>();
                for (Row row : rows) {
                  locked.add(row.getUUID("schedule_id"));
                  if (row.getBoolean("counted")) {
                    counted.add(row.getUUID("schedule_id"));
                  }
                }
                again.removeAll(locked);
                return ids(locked);
              });
    }

    private Uni<Void> decide(UUID[] locked) {
      return statements
          .query(AdmissionSql.LIVE, Tuple.of(locked, now, Overlap.MOST_WAITING, MOST_READ))
          .invoke(rows -> decide(locked, rows))
          .chain(read -> end())
          .chain(ended -> release())
          .chain(released -> skip())
          .chain(skipped -> ask());
    }

    private void decide(UUID[] locked, RowSet<Row> rows) {
      Map<UUID, Situation> situations = new HashMap<>();
      for (Row row : rows) {
        Situation of =
            situations.computeIfAbsent(row.getUUID("schedule_id"), id -> new Situation());
        UUID run = row.getUUID("id");
        Instant due = row.getOffsetDateTime("due_at").toInstant();
        if (row.getBoolean("waits")) {
          of.waiting.add(
              new Overlap.Waiting(
                  run,
                  due,
                  OverlapPolicy.valueOf(row.getString("overlap")),
                  row.getBoolean("wanted")));
        } else {
          boolean runs = "RUNNING".equals(row.getString("state"));
          of.living.add(new Overlap.Living(run, due, runs, row.getBoolean("cancel_requested")));
          if (runs) {
            running.add(run);
          }
        }
      }
      for (UUID schedule : locked) {
        Situation of = situations.getOrDefault(schedule, new Situation());
        Overlap decision = Overlap.of(of.living, of.waiting);
        if (decision.isNothing()) {
          settled.add(schedule);
        } else {
          decisions.put(schedule, decision);
        }
      }
    }

    private Uni<Void> end() {
      Map<UUID, String> how = new LinkedHashMap<>();
      for (Overlap decision : decisions.values()) {
        decision.end().forEach(run -> how.put(run, running.contains(run) ? "TERMINATE" : "CANCEL"));
      }
      return ended(how)
          .invoke(
              ended -> {
                giveUpUnless(decision -> ended.containsAll(decision.end()));
                ended.stream().filter(running::contains).forEach(stop::add);
              })
          .replaceWithVoid();
    }

    private Uni<Void> release() {
      List<UUID> start = all(Overlap::start);
      if (start.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      return statements
          .query(AdmissionSql.RELEASE, Tuple.of(ids(start)))
          .invoke(
              rows -> {
                released.addAll(Ticker.due(rows));
                Set<UUID> done = new HashSet<>();
                released.forEach(due -> done.add(due.run()));
                giveUpUnless(decision -> done.containsAll(decision.start()));
              })
          .replaceWithVoid();
    }

    private Uni<Void> skip() {
      Map<UUID, String> how = new LinkedHashMap<>();
      all(Overlap::skip).forEach(run -> how.put(run, "SKIP"));
      return ended(how)
          .invoke(ended -> giveUpUnless(decision -> ended.containsAll(decision.skip())))
          .chain(this::giveBack);
    }

    /** What of all that was to be ended is ended. */
    private Uni<Set<UUID>> ended(Map<UUID, String> how) {
      if (how.isEmpty()) {
        return Uni.createFrom().item(Set.of());
      }
      String[] words = how.values().toArray(String[]::new);
      return statements
          .query(AdmissionSql.END, Tuple.of(ids(how.keySet()), words, TERMINATED, now))
          .map(
              rows -> {
                Set<UUID> ended = new HashSet<>();
                for (Row row : rows) {
                  ended.add(row.getUUID("id"));
                  rearmed |= row.getLong("rearmed") > 0;
                  freed |= row.getBoolean("placed");
                }
                return ended;
              });
    }

    private Uni<Void> giveBack(Set<UUID> skipped) {
      if (skipped.isEmpty() || counted.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      return statements
          .query(
              AdmissionSql.GIVE_BACK,
              Tuple.tuple().addArrayOfUUID(ids(counted)).addArrayOfUUID(ids(skipped)))
          .invoke(given -> rearmed = true)
          .replaceWithVoid();
    }

    private Uni<Void> ask() {
      List<UUID> ask = all(Overlap::ask);
      if (ask.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      return statements
          .query(AdmissionSql.ASK, Tuple.of(ids(ask)))
          .invoke(
              rows -> {
                Set<UUID> asked = new HashSet<>();
                rows.forEach(row -> asked.add(row.getUUID("id")));
                stop.addAll(asked);
                giveUpUnless(decision -> asked.containsAll(decision.ask()));
              })
          .replaceWithVoid();
    }

    /** What did not come out as it was decided is decided about anew. */
    private void giveUpUnless(Predicate<Overlap> asDecided) {
      decisions
          .entrySet()
          .removeIf(
              of -> {
                boolean changed = !asDecided.test(of.getValue());
                if (changed) {
                  again.add(of.getKey());
                }
                return changed;
              });
    }

    private List<UUID> all(Function<Overlap, Set<UUID>> which) {
      List<UUID> runs = new ArrayList<>();
      decisions.values().forEach(decision -> runs.addAll(which.apply(decision)));
      return runs;
    }

    private static UUID[] ids(Collection<UUID> ids) {
      return ids.toArray(UUID[]::new);
    }
  }
}
