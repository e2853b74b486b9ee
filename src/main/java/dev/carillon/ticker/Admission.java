package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.ticker.AdmissionStep.Decided;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets runs of schedules come to their turn that must not run beside each other ({@link
 * dev.carillon.schedule.OverlapPolicy}). Such a run is planned held. It is decided about at its due
 * instant, when one of its schedule ends, and when another comes to wait.
 *
 * <pre>
 *             due, and nobody has the place
 * held ──┬────────────────────────────────────► released: due like any other ──► claimed …
 *        │ due, and somebody has it
 *        ├──► waits ──the place is free, and it is the next──► released
 *        └──► SKIPPED       (when which, is {@link dev.carillon.schedule.Overlap}'s)
 * </pre>
 *
 * <p>Who has the place is read from the live rows, never stored: whatever ends a run frees it. What
 * tells of an end may be lost, so everything that is held is looked at once a second. Lives on the
 * ticker's context.
 */
final class Admission {

  private static final Logger LOG = Logger.getLogger(Admission.class);

  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Somebody else had a row locked: mostly for the length of one statement. */
  private static final Duration AGAIN = Duration.ofMillis(10);

  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final Lease lease;
  private final Context context;
  private final AdmissionStep admission;
  private final AdmissionBatches batches = new AdmissionBatches(System::nanoTime);
  private final Consumer<List<JobDue>> released;
  private final Runnable rearmed;
  private final Loop loop;

  /** When the next run of a schedule comes to its turn, the earliest first. */
  private final PriorityQueue<Coming> coming =
      new PriorityQueue<>(Comparator.comparing(Coming::due));

  /** Schedules among whose runs something has changed. */
  private Set<UUID> told = new HashSet<>();

  /** Schedules to be decided about whatever a look says. */
  private Set<UUID> undecided = new HashSet<>();

  /** How things stood when nothing was left to be decided. */
  private Map<UUID, Standing> settled = new HashMap<>();

  private boolean lookNow = true;
  private long looked;
  private long ledEpoch = -1;

  private record Coming(UUID schedule, Instant due) {}

  /** What of a schedule must change for a decision to come out differently. */
  private record Standing(long waiting, @Nullable Instant newest, long living, long asked) {}

  /**
   * @param released told of the runs that have got the place
   * @param rearmed told when schedules have another next fire
   */
  Admission(
      Pg pg,
      Notices notices,
      InstantSource clock,
      Lease lease,
      Vertx vertx,
      Context context,
      Consumer<List<JobDue>> released,
      Runnable rearmed) {
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.lease = lease;
    this.context = context;
    this.admission = new AdmissionStep(pg);
    this.released = released;
    this.rearmed = rearmed;
    this.loop = new Loop("let waiting runs have their turn", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /** Held fires were planned, or there is a new leader: who comes next may be another. */
  void planned() {
    context.runOnContext(
        ignored -> {
          lookNow = true;
          loop.wake();
        });
  }

  /** Runs of these schedules ended, or came to wait. From any thread. */
  void changed(Collection<UUID> schedules) {
    if (!schedules.isEmpty()) {
      context.runOnContext(
          ignored -> {
            told.addAll(schedules);
            loop.wake();
          });
    }
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    Instant now = clock.instant();
    if (held == null || !DatabaseClock.isSteady(clock)) {
      forget();
      return Uni.createFrom().item(EVERY);
    }
    if (held.epoch() != ledEpoch) {
      forget();
      ledEpoch = held.epoch();
    }
    return changedSince(now)
        .map(changed -> toDecide(changed, now))
        .invoke(schedules -> batches.begin(howMany(schedules)))
        .chain(schedules -> decideAll(held, schedules))
        .map(done -> untilNext());
  }

  private void forget() {
    coming.clear();
    told.clear();
    undecided.clear();
    settled.clear();
    batches.forget();
    lookNow = true;
    ledEpoch = -1;
  }

  /** By a look at everything once a second, and at those that were told of meanwhile. */
  private Uni<Map<UUID, Standing>> changedSince(Instant now) {
    Set<UUID> asked = told;
    told = new HashSet<>();
    boolean everything = lookNow || System.nanoTime() - looked >= EVERY.toNanos();
    if (!everything && asked.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    if (everything) {
      // Before the answer: what is planned meanwhile is looked for again.
      lookNow = false;
      looked = System.nanoTime();
    }
    UUID[] only = everything ? null : asked.toArray(UUID[]::new);
    return pg.asEngine(
            AdmissionSql.LOOK, Tuple.tuple().addOffsetDateTime(utc(now)).addArrayOfUUID(only))
        .onFailure()
        .invoke(failure -> lookNow = true)
        .map(rows -> everything ? all(rows) : some(rows));
  }

  private Map<UUID, Standing> all(RowSet<Row> rows) {
    coming.clear();
    Map<UUID, Standing> changed = new HashMap<>();
    Map<UUID, Standing> stillSettled = new HashMap<>();
    for (Row row : rows) {
      remember(row);
      UUID schedule = row.getUUID("schedule_id");
      Standing standing = standing(row);
      if (standing.equals(settled.get(schedule))) {
        stillSettled.put(schedule, standing);
      } else if (standing.waiting > 0) {
        changed.put(schedule, standing);
      }
    }
    settled = stillSettled;
    return changed;
  }

  private Map<UUID, Standing> some(RowSet<Row> rows) {
    Map<UUID, Standing> changed = new HashMap<>();
    for (Row row : rows) {
      remember(row);
      Standing standing = standing(row);
      if (standing.waiting > 0 && !standing.equals(settled.get(row.getUUID("schedule_id")))) {
        changed.put(row.getUUID("schedule_id"), standing);
      }
    }
    return changed;
  }

  private void remember(Row row) {
    Instant next = instant(row, "next_due");
    if (next != null) {
      coming.add(new Coming(row.getUUID("schedule_id"), next));
    }
  }

  private static Standing standing(Row row) {
    return new Standing(
        row.getLong("waiting"),
        instant(row, "newest"),
        row.getLong("living"),
        row.getLong("asked"));
  }

  /** With those whose instant has come; how these stand is not known, and not asked. */
  private Map<UUID, @Nullable Standing> toDecide(Map<UUID, Standing> changed, Instant now) {
    Map<UUID, @Nullable Standing> schedules = new HashMap<>(changed);
    undecided.forEach(schedule -> schedules.putIfAbsent(schedule, null));
    undecided = new HashSet<>();
    while (!coming.isEmpty() && !coming.peek().due().isAfter(now)) {
      UUID schedule = coming.poll().schedule();
      schedules.putIfAbsent(schedule, null);
      // Its next one may come before the next look at everything.
      told.add(schedule);
    }
    return schedules;
  }

  /** Of those that were not looked at, as many as last time. */
  private Map<UUID, Long> howMany(Map<UUID, @Nullable Standing> schedules) {
    Map<UUID, Long> waiting = new HashMap<>();
    schedules.forEach(
        (schedule, standing) -> {
          Standing known = standing == null ? settled.get(schedule) : standing;
          waiting.put(schedule, known == null ? 1 : known.waiting);
        });
    return waiting;
  }

  private Uni<Void> decideAll(Lease.Held held, Map<UUID, @Nullable Standing> schedules) {
    if (batches.isEmpty() || !held.equals(lease.held())) {
      return Uni.createFrom().voidItem();
    }
    List<UUID> batch = batches.next();
    return admission
        .decide(held, batch, clock.instant())
        .invoke(decided -> tell(decided, batch, schedules))
        .replaceWithVoid()
        .onFailure()
        .recoverWithUni(failure -> failed(failure, batch))
        .chain(done -> decideAll(held, schedules));
  }

  /**
   * Either nobody's fault, and everything is tried again after a pause; or that of one schedule,
   * which the others are not to wait for.
   */
  private Uni<Void> failed(Throwable failure, List<UUID> batch) {
    if (!isOfOne(failure)) {
      // What was taken out to be decided is found by the next look.
      lookNow = true;
      settled.clear();
      return Uni.createFrom().failure(failure);
    }
    if (batch.size() > 1) {
      batches.halve(batch);
    } else {
      batches.setAside(batch.get(0));
      LOG.warnf(
          "schedule=%s: who of its waiting runs starts could not be decided (%s);"
              + " they wait, trying again in %d s",
          batch.get(0), failure, AdmissionBatches.ASIDE.toSeconds());
      LOG.debugf(failure, "schedule=%s could not be decided about", batch.get(0));
    }
    return Uni.createFrom().voidItem();
  }

  /**
   * Class 22 is data that does not fit, 23 a constraint, 54 a limit, P0 what a trigger raised;
   * 57014 took too long (PostgreSQL's appendix A). What is no failure of the database or the way to
   * it is one of what was read.
   */
  static boolean isOfOne(Throwable failure) {
    if (failure instanceof PgException error) {
      String state = String.valueOf(error.getSqlState());
      return state.startsWith("22")
          || state.startsWith("23")
          || state.startsWith("54")
          || state.startsWith("P0")
          || state.equals("57014");
    }
    return failure instanceof RuntimeException && !(failure instanceof VertxException);
  }

  private void tell(Decided decided, List<UUID> batch, Map<UUID, @Nullable Standing> schedules) {
    released.accept(decided.released());
    decided.stop().forEach(run -> notices.send(Notices.Channel.CANCEL, run.toString()));
    if (decided.rearmed()) {
      rearmed.run();
    }
    if (decided.freed()) {
      notices.send(Notices.Channel.LIMIT, "");
    }
    undecided.addAll(decided.again());
    for (UUID schedule : batch) {
      Standing standing = schedules.get(schedule);
      if (standing != null && decided.settled().contains(schedule)) {
        settled.put(schedule, standing);
      }
    }
  }

  private Duration untilNext() {
    if (!told.isEmpty()) {
      return Duration.ZERO;
    }
    if (!undecided.isEmpty()) {
      return AGAIN;
    }
    Duration rest = EVERY.minusNanos(System.nanoTime() - looked);
    Coming next = coming.peek();
    if (next != null) {
      Duration until = Duration.between(clock.instant(), next.due());
      rest = until.compareTo(rest) < 0 ? until : rest;
    }
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  private static @Nullable Instant instant(Row row, String column) {
    OffsetDateTime at = row.getOffsetDateTime(column);
    return at == null ? null : at.toInstant();
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
