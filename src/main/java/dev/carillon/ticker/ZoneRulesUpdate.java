package dev.carillon.ticker;

import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Pg;
import dev.carillon.schedule.Recomputed;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.CalendarsInUse.Known;
import dev.carillon.ticker.Parking.Broken;
import dev.carillon.time.Fires;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Corrects next fires that were worked out by an older tzdata than this process has, or by nobody
 * knows what: a calendar that changed leaves them so. When it begins to lead, and each hour while
 * it leads (for a replica with older rules can write at any time), it goes through all clocks once,
 * in order of their ids, a batch at a time. What is marked unknown is looked for by itself, before
 * each batch and whenever the ticker has seen some.
 *
 * <pre>
 * clock's rules │ next fire
 * older, unknown│ to come: worked out anew, and marked with our rules
 * older, unknown│ overdue: the planner's, which asks the same question before it fires
 * ours, newer   │ left alone: a replica with older rules undoes nothing
 * </pre>
 *
 * <p>A row that is done is marked in the same statement, so after a crash the next leader goes on
 * where this one was. It runs on a context of its own and evaluates off the event loop: planning
 * does not wait for it. docs/decisions/0017.
 */
final class ZoneRulesUpdate {

  static final Duration EVERY = Duration.ofHours(1);

  private static final Logger LOG = Logger.getLogger(ZoneRulesUpdate.class);

  /** Between two batches, so that a million schedules take minutes and nobody notices. */
  private static final Duration BETWEEN_BATCHES = Duration.ofMillis(20);

  /** Until the clock can be trusted again. */
  private static final Duration UNSTEADY = Duration.ofSeconds(1);

  /** Until the next walk, where somebody had locked clocks of this one. */
  private static final Duration BUSY = Duration.ofSeconds(1);

  /** A few milliseconds of reading, also where none of them is stale, which is nearly always. */
  static final int LOOKED_AT = 2_000;

  /** As many as the planner moves in one statement. */
  static final int MOST_AT_ONCE = 500;

  private final Vertx vertx;
  private final Pg pg;
  private final InstantSource clock;
  private final Supplier<Lease.@Nullable Held> lease;
  private final ZoneId defaultZone;
  private final TzdataVersion rules;
  private final Runnable moved;
  private final Parking parking;
  private final CalendarsInUse calendars;
  private final Loop loop;
  private @Nullable Round round;
  private @Nullable Walked walked;

  /** The last walk that came to its end. */
  private record Walked(Lease.Held lease, Instant at) {}

  /** One walk through all clocks, within one epoch. */
  private static final class Round {
    final Lease.Held lease;
    final TreeSet<String> older = new TreeSet<>();
    UUID after = new UUID(0, 0);
    long stale;
    long movedOn;
    long busy;

    Round(Lease.Held lease) {
      this.lease = lease;
    }
  }

  private record Batch(List<PlanRow> stale, @Nullable UUID last, boolean isLast) {}

  /** As many new instants as sound rows; null where a schedule has no fire any more. */
  private record Worked(List<PlanRow> sound, List<@Nullable Instant> next, List<Broken> broken) {

    boolean isNothing() {
      return sound.isEmpty() && broken.isEmpty();
    }
  }

  /**
   * @param lease the ticker's, while this process leads
   * @param moved told when a next fire has moved, perhaps to an earlier instant
   */
  ZoneRulesUpdate(
      Vertx vertx,
      Pg pg,
      InstantSource clock,
      Supplier<Lease.@Nullable Held> lease,
      ZoneId defaultZone,
      TzdataVersion rules,
      Runnable moved) {
    this.vertx = vertx;
    this.pg = pg;
    this.clock = clock;
    this.lease = lease;
    this.defaultZone = defaultZone;
    this.rules = rules;
    this.moved = moved;
    this.parking = new Parking(pg);
    this.calendars = new CalendarsInUse(pg);
    this.loop =
        new Loop("follow the time zone rules", vertx, vertx.getOrCreateContext(), this::step);
  }

  void start() {
    loop.start();
  }

  /**
   * This process has begun to lead, or there are next fires that were worked out by nothing known.
   */
  void wake() {
    loop.wake();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /** One batch; answers how long to rest. */
  Uni<Duration> step() {
    Lease.Held held = lease.get();
    if (held == null) {
      round = null;
      return Uni.createFrom().item(EVERY);
    }
    if (!DatabaseClock.isSteady(clock)) {
      return Uni.createFrom().item(UNSTEADY);
    }
    return unruled(held, clock.instant());
  }

  private Uni<Duration> unruled(Lease.Held held, Instant now) {
    return pg.asEngine(ZoneRulesSql.UNRULED, Tuple.of(utc(now), MOST_AT_ONCE))
        .map(ZoneRulesUpdate::rows)
        .chain(unruled -> update(new Round(held), unruled, now))
        .chain(
            worked ->
                worked.isNothing() ? walk(held, now) : Uni.createFrom().item(BETWEEN_BATCHES));
  }

  private static List<PlanRow> rows(RowSet<Row> rows) {
    List<PlanRow> read = new ArrayList<>(rows.size());
    rows.forEach(row -> read.add(PlanRow.of(row)));
    return read;
  }

  private Uni<Duration> walk(Lease.Held held, Instant now) {
    Round current = round;
    if (current != null && current.lease.equals(held)) {
      return batch(current, now);
    }
    Walked last = walked;
    if (last != null && last.lease.equals(held)) {
      Duration rest = Duration.between(now, last.at.plus(EVERY));
      if (!rest.isNegative() && rest.compareTo(EVERY) <= 0) {
        return Uni.createFrom().item(rest);
      }
    }
    current = new Round(held);
    round = current;
    return batch(current, now);
  }

  private Uni<Duration> batch(Round current, Instant now) {
    return pg.asEngine(
            ZoneRulesSql.STALE,
            Tuple.of(current.after, rules.name(), utc(now), LOOKED_AT, MOST_AT_ONCE))
        .map(ZoneRulesUpdate::read)
        .chain(
            batch -> update(current, batch.stale, now).map(done -> advance(current, batch, now)));
  }

  private Uni<Worked> update(Round current, List<PlanRow> stale, Instant now) {
    return calendars
        .of(stale)
        .chain(known -> worked(stale, known, now))
        .call(worked -> write(current, worked, now))
        .call(worked -> parking.park(worked.broken, now));
  }

  private static Batch read(RowSet<Row> rows) {
    List<PlanRow> stale = new ArrayList<>();
    UUID last = null;
    long looked = 0;
    for (Row row : rows) {
      last = row.getUUID("last");
      looked = row.getLong("looked");
      if (row.getUUID("schedule_id") != null) {
        stale.add(PlanRow.of(row));
      }
    }
    boolean full = stale.size() == MOST_AT_ONCE;
    return new Batch(
        stale, full ? stale.get(MOST_AT_ONCE - 1).schedule() : last, !full && looked < LOOKED_AT);
  }

  private Uni<Worked> worked(List<PlanRow> stale, Known known, Instant now) {
    if (stale.isEmpty()) {
      return Uni.createFrom().item(new Worked(List.of(), List.of(), List.of()));
    }
    return Uni.createFrom()
        .completionStage(
            () -> vertx.executeBlocking(() -> work(stale, known, now), false).toCompletionStage());
  }

  /** What cannot be read now stays as it is, for the next look. */
  private Worked work(List<PlanRow> stale, Known known, Instant now) {
    Worked worked = new Worked(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (PlanRow row : stale) {
      if (known.isUnread(row)) {
        continue;
      }
      try {
        Fires fires = Occurrences.of(row, defaultZone, known.of(row)).fires();
        worked.next.add(Recomputed.next(fires, row.since(), row.next(), now));
        worked.sound.add(row);
      } catch (RuntimeException | StackOverflowError e) {
        // Whatever its trigger does to the evaluator, it is this schedule's affair alone.
        worked.broken.add(new Broken(row, e));
      }
    }
    return worked;
  }

  private Uni<Void> write(Round current, Worked worked, Instant now) {
    if (worked.sound.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return pg.asEngine(ZoneRulesSql.RECOMPUTE, parameters(current.lease, worked, now))
        .invoke(rows -> count(current, worked, rows.iterator().next()))
        .replaceWithVoid();
  }

  private void count(Round current, Worked worked, Row row) {
    worked.sound.forEach(
        sound -> current.older.add(sound.rules() == null ? "unknown" : sound.rules()));
    current.stale += row.getLong("marked");
    current.movedOn += row.getLong("moved");
    current.busy += row.getLong("busy");
    if (row.getLong("moved") > 0) {
      moved.run();
    }
  }

  private Duration advance(Round current, Batch batch, Instant now) {
    if (!batch.isLast && batch.last != null) {
      current.after = batch.last;
      return BETWEEN_BATCHES;
    }
    round = null;
    walked = current.busy > 0 ? null : new Walked(current.lease, now);
    if (current.stale > 0) {
      LOG.info(
          String.format(
              Locale.ROOT,
              "time zone rules %s → %s: schedules looked at %,d, moved %,d",
              String.join(", ", current.older),
              rules.name(),
              current.stale,
              current.movedOn));
    }
    return walked == null ? BUSY : EVERY;
  }

  private Tuple parameters(Lease.Held held, Worked worked, Instant now) {
    List<PlanRow> rows = worked.sound;
    return Tuple.tuple()
        .addString(held.name())
        .addUUID(held.holder())
        .addLong(held.epoch())
        .addArrayOfUUID(rows.stream().map(PlanRow::schedule).toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(
            rows.stream().map(row -> utc(row.next())).toArray(OffsetDateTime[]::new))
        .addArrayOfOffsetDateTime(
            worked.next.stream().map(ZoneRulesUpdate::utc).toArray(OffsetDateTime[]::new))
        .addArrayOfLong(rows.stream().map(PlanRow::revision).toArray(Long[]::new))
        .addString(rules.name())
        .addOffsetDateTime(utc(now));
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
