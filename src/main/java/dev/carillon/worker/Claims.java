package dev.carillon.worker;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.JobDue;
import dev.carillon.limit.Candidate;
import dev.carillon.limit.LimitKey;
import dev.carillon.limit.Limits;
import dev.carillon.limit.TenantLimits;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.IdBounds;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Turns hints into claimed runs: by id, as many as there are free slots, in one statement at a
 * time.
 *
 * <p>Each step takes the first of these that applies:
 *
 * <ol>
 *   <li>a claim failed, or a third of the lease has passed: read what stands as ours and is not in
 *       hand, and hand it back (a claim whose answer was lost must not wedge its runs);
 *   <li>places under limits were given back: claim whoever waits for them, or tell of it (without a
 *       free slot, too); never twice in a row while there is something else to claim, and not into
 *       slots that more urgent hints need;
 *   <li>no slot is free: rest until one is;
 *   <li>nothing tried for 250 ms, or no hints while the table has a backlog, or seven claims in a
 *       row were by hints: take overdue runs from the table, so that none waits for one particular
 *       message;
 *   <li>claim the most urgent hints.
 * </ol>
 */
final class Claims {

  /** As many as one statement takes without growing slower for each of them. */
  static final int MOST_AT_ONCE = 500;

  private static final Duration IDLE = Duration.ofMillis(250);
  private static final int TABLE_EVERY = 8;

  /**
   * Slots are freed one by one; a claim waits this long for a quarter of them rather than going for
   * each.
   */
  private static final Duration GATHER = Duration.ofMillis(2);

  /**
   * A claim costs the database about the same for one run as for ten. So while claims follow each
   * other closely, each waits until this long after the last one began, unless there is much to
   * claim. A run that comes after a quiet time does not wait.
   */
  private static final Duration PACE = Duration.ofMillis(8);

  /** What a claim takes, as a rule: hints that are ahead of their instant wait until then. */
  private static final Duration COMMIT = Duration.ofMillis(12);

  /** Who has a limit locked for longer than a decision takes is given this much. */
  private static final Duration LOCKED = Duration.ofMillis(100);

  private static final Duration LONG_REST = Duration.ofMinutes(1);

  /** How far a hint may be ahead of this process's idea of the database's time. */
  private static final Duration SKEW = Duration.ofMillis(50);

  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final Slots slots;
  private final QueueNames queues;
  private final Duration compareEvery;
  private final WorkerSettings settings;
  private final Limits limits;
  private final JobDefinitions definitions;
  private final Hands hands;
  private final Loop loop;
  private final Turns turns = new Turns();
  private final Hints hints = new Hints(turns);
  private final Set<UUID> uncertain = new HashSet<>();

  /** Limits of which places were given back, and how many. */
  private final Map<LimitKey, Integer> freed = new HashMap<>();

  /** Runs under limits about which nothing could be decided, for somebody had a limit locked. */
  private final Set<UUID> postponed = new HashSet<>();

  /** When these may be decided about, and those who wait for what was freed. */
  private long handOverFrom = System.nanoTime();

  /** Whether the last claim was of those who wait for places: then it is the others' turn. */
  private boolean othersTurn;

  private int byHints;

  /** Whether the last look into the table filled every free slot, so that there is likely more. */
  private boolean backlog;

  /** When hints, or the table, were last gone for. */
  private long lastTried = System.nanoTime();

  private long compared = System.nanoTime();
  private long gathering;
  private long lastClaim = System.nanoTime();
  private Runnable taken = () -> {};

  /** Whether there is, or may be, more to claim than there are free slots. */
  private volatile boolean wanting;

  private volatile boolean closed;

  Claims(
      Pg pg,
      Notices notices,
      InstantSource clock,
      Vertx vertx,
      Context context,
      Slots slots,
      QueueNames queues,
      WorkerSettings settings,
      Hands hands) {
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.slots = slots;
    this.queues = queues;
    this.compareEvery = settings.lease().dividedBy(3);
    this.settings = settings;
    this.limits = new Limits(pg, settings.limits());
    this.hands = hands;
    this.definitions = new JobDefinitions(pg);
    this.loop = new Loop("claim runs", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  /** Claims nothing more; completes when the claim in hand has answered. */
  CompletionStage<Void> close() {
    closed = true;
    return loop.stop();
  }

  void wake() {
    loop.wake();
  }

  /** From any thread. Nobody is woken for a slot that nothing waits for. */
  void slotFreed() {
    if (wanting) {
      loop.wake();
    }
  }

  /** On the claims' context. */
  void hinted(DueBatch batch) {
    hints.add(batch);
    loop.wake();
  }

  /** On the claims' context. Whoever waits for these places is next, before any hint. */
  void placesFreed(Map<LimitKey, Integer> places) {
    places.forEach((limit, count) -> freed.merge(limit, count, Integer::sum));
    loop.wake();
  }

  /** Told, on the claims' context, that hints were taken and there is room for more. */
  void onTaken(Runnable taken) {
    this.taken = taken;
  }

  /** How many hints wait. */
  int waiting() {
    return hints.size();
  }

  private Uni<Duration> step() {
    UUID worker = hands.worker();
    if (closed || worker == null) {
      return rest(LONG_REST);
    }
    // Read first, then asked: by a clock that jumped, runs would be claimed before they are due.
    clock.instant();
    if (!DatabaseClock.isSteady(clock)) {
      return rest(IDLE);
    }
    if (!uncertain.isEmpty()) {
      return handBackUncertain(worker);
    }
    if (elapsed(compared, compareEvery)) {
      return compare(worker);
    }
    // Before the look: a slot that is freed after it is told of.
    wanting = true;
    int free = Math.min(slots.free(), MOST_AT_ONCE);
    boolean fromTable =
        hints.isEmpty() ? backlog || elapsed(lastTried, IDLE) : byHints >= TABLE_EVERY - 1;
    boolean others = free > 0 && (fromTable || !hints.isEmpty());
    if (mayHandOver() && !(othersTurn && others)) {
      return handOver(worker, free);
    }
    if (free == 0) {
      return rest(untilHandOver(compareEvery));
    }
    if (fromTable) {
      return takeOverdue(worker, free);
    }
    if (hints.isEmpty()) {
      wanting = false;
      return rest(untilHandOver(IDLE.minusNanos(System.nanoTime() - lastTried)));
    }
    if (isWorthGathering(free)) {
      return restOrHandOver(worker, free, Duration.ofMillis(1));
    }
    wanting = false;
    Instant now = clock.instant();
    Duration ahead = Duration.between(now, hints.earliest()).minus(COMMIT);
    // One that is further ahead than any of ours is not waited for: the claim lets it go.
    if (isFew() && !ahead.isNegative() && ahead.compareTo(JobDue.AHEAD) < 0) {
      return restOrHandOver(worker, free, ahead);
    }
    if (isFew() && !elapsed(lastClaim, PACE)) {
      return restOrHandOver(worker, free, PACE.minusNanos(System.nanoTime() - lastClaim));
    }
    // What is not due yet may wait in slots, but never in all of them: something may be due at
    // once.
    return takeHinted(worker, ahead.isNegative() ? free : Math.max(1, free / 2));
  }

  /**
   * A few slots of many are free and more hints wait than fit: in a moment there will be more of
   * them.
   */
  private boolean isWorthGathering(int free) {
    if (free >= Math.min(hints.size(), Math.max(1, Math.min(slots.size(), MOST_AT_ONCE) / 4))) {
      gathering = 0;
      return false;
    }
    if (gathering == 0) {
      gathering = System.nanoTime();
    }
    if (elapsed(gathering, GATHER)) {
      gathering = 0;
      return false;
    }
    return true;
  }

  /** More would not fit into one claim, so there is nothing to wait for. */
  private boolean isFew() {
    return hints.size() <= slots.size() / 2;
  }

  private boolean mayHandOver() {
    return !(freed.isEmpty() && postponed.isEmpty()) && System.nanoTime() - handOverFrom >= 0;
  }

  /**
   * Hints that are not to be claimed yet keep nobody waiting for whom there are places and slots.
   */
  private Uni<Duration> restOrHandOver(UUID worker, int free, Duration rest) {
    return mayHandOver() ? handOver(worker, free) : rest(untilHandOver(rest));
  }

  private Duration untilHandOver(Duration rest) {
    if (freed.isEmpty() && postponed.isEmpty()) {
      return rest;
    }
    Duration until = Duration.ofNanos(Math.max(0, handOverFrom - System.nanoTime()));
    return until.compareTo(rest) < 0 ? until : rest;
  }

  private Uni<Duration> takeHinted(UUID worker, int free) {
    byHints++;
    othersTurn = false;
    lastTried = System.nanoTime();
    lastClaim = System.nanoTime();
    List<Hints.Hint> urgent = hints.take(free);
    taken.run();
    UUID[] ids = urgent.stream().map(hint -> hint.due().run()).toArray(UUID[]::new);
    Instant now = clock.instant();
    return claim(worker, ids, now, ahead(now), free)
        // After a failure too: its runs are asked for by id, and the table still has them.
        .eventually(() -> Hints.tried(urgent))
        .map(claimed -> Duration.ZERO);
  }

  private Uni<Duration> takeOverdue(UUID worker, int free) {
    byHints = 0;
    othersTurn = false;
    lastTried = System.nanoTime();
    Instant now = clock.instant();
    return queues
        .current()
        .chain(names -> overdue(names, now, free))
        .invoke(ids -> backlog = ids.length == free)
        .chain(ids -> ids.length == 0 ? nothing() : claim(worker, ids, now, now, free))
        .map(settled -> settled > 0 || !hints.isEmpty() ? Duration.ZERO : IDLE);
  }

  private Uni<UUID[]> overdue(String[] names, Instant now, int free) {
    if (names.length == 0) {
      return Uni.createFrom().item(new UUID[0]);
    }
    return pg.asEngineHot(ClaimSql.OVERDUE, overdueParameters(names, now, free, turns.passed()))
        .map(Claims::ids)
        .invoke(ids -> turns.take(ids.length));
  }

  /** The parameters of {@link ClaimSql#OVERDUE}. */
  static Tuple overdueParameters(String[] names, Instant now, int most, int turnsPassed) {
    return Tuple.of(names, now.atOffset(ZoneOffset.UTC), most, turnsPassed);
  }

  /**
   * @return how many were claimed, or have to wait for a limit: in either case they are out of the
   *     way
   */
  private Uni<Integer> claim(UUID worker, UUID[] ids, Instant now, Instant until, int free) {
    return pg.asEngineHot(
            ClaimSql.CLAIM, parameters(worker, ids, now, until, settings.limits(), false))
        .onFailure()
        .invoke(failure -> uncertain.addAll(List.of(ids)))
        .chain(
            rows -> {
              List<UUID> limited = limited(rows);
              Uni<Integer> begun = prepareAndBegin(claimed(rows));
              return limited.isEmpty()
                  ? begun
                  : begun.chain(
                      count ->
                          share(worker, limited, Map.of(), free - count)
                              .replaceWith(count + limited.size()));
            });
  }

  private Uni<Integer> prepareAndBegin(List<Claimed> runs) {
    return definitions
        .prepare(runs)
        .onFailure()
        .invoke(failure -> doubt(runs))
        .map(prepared -> begin(runs));
  }

  private Uni<Duration> handOver(UUID worker, int free) {
    othersTurn = true;
    Map<LimitKey, Integer> places = Map.copyOf(freed);
    List<UUID> runs = List.copyOf(postponed);
    freed.clear();
    postponed.clear();
    return share(worker, runs, places, free).replaceWith(Duration.ZERO);
  }

  /**
   * Runs under limits: those that have room, or whose turn it is, are claimed here as long as there
   * are free slots; the others wait, or are told of. Where somebody has a limit locked, all are put
   * off for a moment: whoever has none is not to wait for that.
   */
  private Uni<Void> share(UUID worker, List<UUID> fresh, Map<LimitKey, Integer> places, int free) {
    Instant now = clock.instant();
    LimitedClaim claim = new LimitedClaim(worker, now, free);
    return limits
        .share(new Limits.Asked(fresh, places, now, ahead(now)), claim)
        .onFailure(failure -> !Limits.isLocked(failure))
        .invoke(failure -> uncertain.addAll(claim.asked))
        .onFailure(Limits::isLocked)
        .recoverWithItem(() -> postpone(claim, fresh, places))
        .invoke(this::goOn)
        .chain(shared -> prepareAndBegin(claim.claimed))
        .replaceWithVoid();
  }

  /** Its transaction was rolled back, whatever had been claimed in it. */
  private Limits.Shared postpone(
      LimitedClaim claim, List<UUID> fresh, Map<LimitKey, Integer> places) {
    claim.claimed = List.of();
    postponed.addAll(fresh);
    handOverFrom = System.nanoTime() + LOCKED.toNanos();
    return new Limits.Shared(List.of(), places);
  }

  private void goOn(Limits.Shared shared) {
    shared.again().forEach((limit, count) -> freed.merge(limit, count, Integer::sum));
    DueNotice.payloads(shared.announced())
        .forEach(payload -> notices.send(Notices.Channel.DUE, payload));
  }

  /** Claims what this worker serves, as long as there are free slots. */
  private final class LimitedClaim implements Limits.Claiming {

    private final UUID worker;
    private final Instant now;
    private final int free;
    private final Set<UUID> asked = new HashSet<>();
    private List<Claimed> claimed = List.of();

    LimitedClaim(UUID worker, Instant now, int free) {
      this.worker = worker;
      this.now = now;
      this.free = free;
    }

    @Override
    public Uni<Set<UUID>> claim(Statements statements, List<Candidate> given) {
      // The transaction may be repeated: what came of the last try was rolled back.
      claimed = List.of();
      UUID[] ids = fitting(given).toArray(UUID[]::new);
      if (ids.length == 0) {
        return Uni.createFrom().item(Set.of());
      }
      asked.addAll(List.of(ids));
      return statements
          .query(ClaimSql.CLAIM, parameters(worker, ids, now, ahead(now), settings.limits(), true))
          .invoke(rows -> claimed = claimed(rows))
          .map(rows -> claimed.stream().map(Claimed::run).collect(Collectors.toSet()));
    }

    /** Those that this worker serves, into slots that no more urgent hint needs. */
    private List<UUID> fitting(List<Candidate> given) {
      List<UUID> fitting = new ArrayList<>();
      for (Candidate run : given) {
        int left = free - fitting.size();
        if (left <= 0) {
          break;
        }
        boolean served = settings.queues().isEmpty() || settings.queues().contains(run.queue());
        if (served && hints.before(run.priority(), run.due(), now, left) < left) {
          fitting.add(run.run());
        }
      }
      return fitting;
    }
  }

  private static Instant ahead(Instant now) {
    return now.plus(JobDue.AHEAD).plus(SKEW);
  }

  /**
   * The parameters of {@link ClaimSql#CLAIM}.
   *
   * @param ids some, in any order
   * @param until what is due up to then, and including it
   * @param placed whether these runs have places under their limits
   */
  static Tuple parameters(
      UUID worker, UUID[] ids, Instant now, Instant until, TenantLimits limits, boolean placed) {
    IdBounds bounds = IdBounds.of(ids);
    return Tuple.tuple()
        .addArrayOfUUID(ids)
        .addOffsetDateTime(now.atOffset(ZoneOffset.UTC))
        .addUUID(worker)
        .addLong(JobDefinition.DEFAULT_TIMEOUT.toMillis())
        .addLong(WorkerSettings.DEADLINE_GRACE.toMillis())
        .addUUID(bounds.lowest())
        .addUUID(bounds.highest())
        .addOffsetDateTime(until.atOffset(ZoneOffset.UTC))
        .addBoolean(limits.isForAll())
        .addArrayOfString(limits.tenants())
        .addBoolean(placed);
  }

  private void doubt(List<Claimed> runs) {
    runs.forEach(run -> uncertain.add(run.run()));
  }

  private int begin(List<Claimed> answered) {
    UUID current = hands.worker();
    // An answer that came after the lease was lost: those runs are taken back from the id that
    // claimed them.
    List<Claimed> runs = answered.stream().filter(run -> run.worker().equals(current)).toList();
    if (!runs.isEmpty()) {
      slots.take(runs.size());
      runs.forEach(run -> hands.begin(new RunningAttempt(run, definitions.of(run))));
    }
    return runs.size();
  }

  private Uni<Duration> handBackUncertain(UUID worker) {
    UUID[] ids = uncertain.toArray(UUID[]::new);
    return handBack(worker, ids).invoke(done -> uncertain.clear()).map(done -> Duration.ZERO);
  }

  private Uni<Duration> compare(UUID worker) {
    // Before it is known to succeed: a comparison that fails must not keep the worker from
    // claiming.
    compared = System.nanoTime();
    return queues
        .current()
        .chain(names -> lockedByUs(names, worker))
        .map(this::notInHand)
        .chain(
            strays -> strays.length == 0 ? Uni.createFrom().voidItem() : handBack(worker, strays))
        .map(done -> Duration.ZERO);
  }

  private Uni<UUID[]> lockedByUs(String[] names, UUID worker) {
    return pg.asEngine(
            ClaimSql.LOCKED_BY_ME,
            Tuple.of(names, clock.instant().atOffset(ZoneOffset.UTC), worker))
        .map(Claims::ids);
  }

  /**
   * Reads the runs once more: what was not in hand before this second look began and still stands
   * as ours can only be a claim whose answer never came, for nobody else claims in our name and no
   * claim of ours is under way.
   */
  private Uni<Void> handBack(UUID worker, UUID[] ids) {
    UUID[] strays = notInHand(ids);
    if (strays.length == 0) {
      return Uni.createFrom().voidItem();
    }
    return pg.asEngine(ClaimSql.HELD, Tuple.of(strays, worker))
        .map(Claims::claimed)
        .invoke(
            held -> held.stream().filter(run -> !hands.holds(run.run())).forEach(hands::handBack))
        .replaceWithVoid();
  }

  private UUID[] notInHand(UUID[] ids) {
    List<UUID> strays = new ArrayList<>();
    for (UUID id : ids) {
      if (!hands.holds(id)) {
        strays.add(id);
      }
    }
    return strays.toArray(UUID[]::new);
  }

  private static List<Claimed> claimed(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .filter(row -> row.getUUID("locked_by") != null)
        .map(Claimed::of)
        .toList();
  }

  private static List<UUID> limited(RowSet<Row> rows) {
    List<UUID> limited = new ArrayList<>();
    for (Row row : rows) {
      if (row.getBoolean("limited")) {
        limited.add(row.getUUID("id"));
      }
    }
    return limited;
  }

  private static UUID[] ids(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.getUUID(0))
        .toArray(UUID[]::new);
  }

  private static Uni<Integer> nothing() {
    return Uni.createFrom().item(0);
  }

  private static Uni<Duration> rest(Duration rest) {
    return Uni.createFrom().item(rest);
  }

  private static boolean elapsed(long since, Duration enough) {
    return System.nanoTime() - since >= enough.toNanos();
  }

  /** What the worker holds; the claims only add to it. */
  interface Hands {

    /** Under which id to claim; null while the worker must not. */
    @Nullable UUID worker();

    boolean holds(UUID run);

    /** Executes a claimed run; its slot is taken already. */
    void begin(RunningAttempt attempt);

    /** Gives back a run that was claimed and never begun. */
    void handBack(Claimed run);
  }
}
