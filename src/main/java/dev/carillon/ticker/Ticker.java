package dev.carillon.ticker;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.limit.Limits;
import dev.carillon.limit.TenantLimits;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.pg.PlaceNotice;
import dev.carillon.schedule.TzdataVersion;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes runs of schedules and tells the workers when a run is due. One process leads, by the lease
 * {@code ticker}; the others watch.
 *
 * <p>Each second, and whenever a notice says that something earlier has come up, the leader plans
 * the fires of the next few seconds, reads which runs fall due in them, and holds those until their
 * instant.
 */
public final class Ticker {

  private static final Duration EVERY = Duration.ofSeconds(1);

  /** A request's transaction takes some milliseconds; one that takes long costs us little. */
  private static final Duration BUSY = Duration.ofMillis(100);

  private static final Duration NOT_LEADING = Duration.ofSeconds(1);

  /** Most that one look ahead takes of a queue; the rest is found in the table. */
  private static final int MOST_OF_A_QUEUE = 50_000;

  /** What a new leader takes over of what just fell due; older runs are the reconciler's. */
  private static final Duration LOOK_BACK = Duration.ofSeconds(3);

  private static final int SHARD = 0;

  private final Context context;
  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final Settings settings;
  private final Lease lease;
  private final Planner planner;
  private final Lifecycle lifecycle;
  private final DueDetails details;
  private final DuePublisher publisher;
  private final Reconciler reconciler;
  private final Admission admission;
  private final GroupProgress groups;
  private final Expiry expiry;
  private final FailureJobs failures;
  private final LimitWatch limits;
  private final ZoneRulesUpdate zoneRules;
  private final Loop loop;
  private @Nullable Instant seenUntil;
  private long ledEpoch = -1;
  private Consumer<List<JobDue>> made = runs -> {};
  private Runnable madeHeld = () -> {};
  private volatile @Nullable Instant lastPass;

  /**
   * @param lookAhead how long before its instant a fire becomes a run
   * @param lease after which a silent leader is replaced
   * @param defaultZone of a schedule that names none
   * @param rules by which tzdata this process works out fires
   * @param limits how many runs of a tenant may be at work at once
   */
  public record Settings(
      Duration lookAhead,
      Duration lease,
      ZoneId defaultZone,
      TzdataVersion rules,
      TenantLimits limits) {

    /** Where tenants have no limits. */
    public Settings(Duration lookAhead, Duration lease, ZoneId defaultZone, TzdataVersion rules) {
      this(lookAhead, lease, defaultZone, rules, TenantLimits.NONE);
    }
  }

  public Ticker(
      Vertx vertx, Pg pg, Notices notices, InstantSource clock, DueChannel due, Settings settings) {
    this.context = vertx.getOrCreateContext();
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.settings = settings;
    this.planner = new Planner(vertx, pg, settings.defaultZone(), settings.rules());
    this.lifecycle = new Lifecycle(pg);
    this.details = new DueDetails(pg, due);
    this.publisher = new DuePublisher(due, clock, vertx, context);
    this.loop = new Loop("plan schedules", vertx, context, this::step);
    this.lease = new Lease("ticker", pg, vertx, context, settings.lease(), this::gained);
    this.reconciler = new Reconciler(pg, due, clock, lease, vertx, context);
    this.admission =
        new Admission(pg, notices, clock, lease, vertx, context, this::publish, loop::wake);
    this.madeHeld = admission::planned;
    this.groups =
        new GroupProgress(pg, notices, clock, lease, vertx, context, this::publishIfSeenOrDue);
    this.expiry = new Expiry(pg, clock, lease, vertx, context, admission::changed, loop::wake);
    this.failures = new FailureJobs(pg, clock, lease, vertx, context, this::publish);
    this.limits =
        new LimitWatch(
            pg, clock, lease, new Limits(pg, settings.limits()), vertx, context, this::publish);
    this.zoneRules =
        new ZoneRulesUpdate(
            vertx, pg, clock, lease::held, settings.defaultZone(), settings.rules(), loop::wake);
  }

  public void start() {
    notices.listen(Notices.Channel.CLOCK, payload -> loop.wake());
    notices.listen(Notices.Channel.DUE, payload -> context.runOnContext(v -> announced(payload)));
    notices.listen(Notices.Channel.PLACE, payload -> admission.changed(PlaceNotice.parse(payload)));
    notices.listen(Notices.Channel.GROUP, payload -> groups.changed());
    notices.listen(Notices.Channel.LIMIT, payload -> limits.wake());
    notices.onReconnect(loop::wake);
    notices.onReconnect(limits::wake);
    lease.start();
    loop.start();
    publisher.start();
    reconciler.start();
    admission.start();
    groups.start();
    expiry.start();
    failures.start();
    limits.start();
    zoneRules.start();
  }

  /** Told, on the ticker's context, of the runs that schedules have just made; before the start. */
  public void onMade(Consumer<List<JobDue>> told) {
    made = told;
  }

  /** Told, on the ticker's context, that runs were made which are held; before the start. */
  void onHeld(Runnable told) {
    madeHeld = told;
  }

  /** Plans nothing more and gives the lease back. */
  public CompletionStage<Void> stop() {
    return loop.stop()
        .thenCompose(done -> planner.close())
        .thenCompose(done -> reconciler.stop())
        .thenCompose(done -> admission.stop())
        .thenCompose(done -> groups.stop())
        .thenCompose(done -> expiry.stop())
        .thenCompose(done -> failures.stop())
        .thenCompose(done -> limits.stop())
        .thenCompose(done -> zoneRules.stop())
        .thenCompose(done -> publisher.stop())
        .thenCompose(done -> lease.release());
  }

  /** Whether this process leads. */
  public boolean isLeading() {
    return lease.held() != null;
  }

  /**
   * When the last complete pass began, UTC; null before the first, or while another process leads.
   */
  public @Nullable Instant lastPass() {
    return lastPass;
  }

  /** Failures for which this process could not start what their job names, since its start. */
  public long unansweredFailures() {
    return failures.dropped();
  }

  private void gained() {
    loop.wake();
    admission.planned();
    groups.changed();
    limits.wake();
    zoneRules.wake();
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    Instant now = clock.instant();
    if (held == null || !DatabaseClock.isSteady(clock)) {
      standDown();
      return Uni.createFrom().item(NOT_LEADING);
    }
    if (held.epoch() != ledEpoch) {
      standDown();
      ledEpoch = held.epoch();
    }
    Instant horizon = now.plus(settings.lookAhead());
    return planAll(held, now, horizon, Planner.Left.NOTHING)
        .call(pass -> live(now))
        .call(pass -> lookAhead(now, horizon))
        .invoke(pass -> lastPass = now)
        .map(Pass::rest);
  }

  /**
   * What a pass left for the next one.
   *
   * @param left schedules that are dear to evaluate, or whose clocks are locked
   * @param more whether there are others
   */
  private record Pass(Planner.Left left, boolean more) {

    /** Whoever lets go of a clock tells so, if its transaction is committed; else we look. */
    Duration rest() {
      if (more || !left.dear().isEmpty()) {
        return Duration.ZERO;
      }
      return left.busy().isEmpty() ? EVERY : BUSY;
    }
  }

  private void standDown() {
    publisher.forget();
    planner.forget();
    seenUntil = null;
    lastPass = null;
    ledEpoch = -1;
  }

  /**
   * Round by round, until all is planned up to the horizon. What an outage left can be more than
   * fits into the time until then: halfway to it a pass ends and the next begins, for others are
   * due by then.
   */
  private Uni<Pass> planAll(
      Lease.Held held, Instant now, Instant horizon, Planner.Left leftBefore) {
    return planner
        .plan(held, SHARD, now, horizon, leftBefore)
        .invoke(round -> made.accept(round.queued()))
        .invoke(round -> addIfSeen(round.queued()))
        .invoke(this::tellOfHeld)
        .chain(
            round -> {
              boolean goesOn = round.more() && held.equals(lease.held());
              return goesOn && clock.instant().isBefore(halfway(now))
                  ? planAll(held, now, horizon, round.left())
                  : Uni.createFrom().item(new Pass(round.left(), goesOn));
            });
  }

  private Instant halfway(Instant now) {
    return now.plus(settings.lookAhead().dividedBy(2));
  }

  private void tellOfHeld(Planner.Round round) {
    if (round.held()) {
      madeHeld.run();
    }
  }

  /**
   * What lies beyond the part that was read is read in a moment; what lies before it would never
   * be.
   */
  private void addIfSeen(List<JobDue> queued) {
    Instant seen = seenUntil;
    if (seen != null && !queued.isEmpty()) {
      publish(queued.stream().filter(due -> !due.due().isAfter(seen)).toList());
    }
  }

  /** What fell due before the part that was read was not due then: nobody else tells of it. */
  private void publishIfSeenOrDue(List<JobDue> released) {
    Instant seen = seenUntil == null ? clock.instant() : seenUntil;
    publish(released.stream().filter(due -> !due.due().isAfter(seen)).toList());
  }

  private Uni<Boolean> live(Instant now) {
    return lifecycle
        .look(now)
        .invoke(
            unruled -> {
              if (unruled) {
                zoneRules.wake();
              }
            });
  }

  private Uni<Void> lookAhead(Instant now, Instant horizon) {
    Instant after = seenUntil == null ? now.minus(LOOK_BACK) : seenUntil;
    if (publisher.isFull() || !horizon.isAfter(after)) {
      return Uni.createFrom().voidItem();
    }
    Instant before = seenUntil;
    // Set before the answer is there: a run that comes up while the statement is on its way may be
    // in neither its
    // snapshot nor, if its notice were judged by the old bound, in the publisher.
    seenUntil = horizon;
    return pg.asEngineHot(
            DueSql.WINDOW,
            Tuple.of(
                after.atOffset(ZoneOffset.UTC), horizon.atOffset(ZoneOffset.UTC), MOST_OF_A_QUEUE))
        .onFailure()
        .invoke(failure -> seenUntil = before)
        .invoke(rows -> publish(due(rows)))
        .replaceWithVoid();
  }

  private void announced(String payload) {
    Instant seen = seenUntil;
    if (seen == null || lease.held() == null) {
      return;
    }
    publish(
        DueNotice.parse(payload).stream()
            .filter(notice -> !notice.due().isAfter(seen))
            .map(n -> new JobDue(n.run(), n.due(), n.priority(), n.tenant(), n.queue()))
            .toList());
  }

  /** Not awaited: what leads must not wait for what only tells more. */
  private void publish(List<JobDue> due) {
    long epoch = ledEpoch;
    details
        .of(due)
        .subscribe()
        .with(
            told ->
                context.runOnContext(
                    ignored -> {
                      if (epoch == ledEpoch) {
                        publisher.add(told);
                      }
                    }));
  }

  static List<JobDue> due(RowSet<Row> rows) {
    List<JobDue> due = new ArrayList<>(rows.size());
    for (Row row : rows) {
      due.add(
          new JobDue(
              row.getUUID("id"),
              row.getOffsetDateTime("due_at").toInstant(),
              row.getInteger("priority"),
              row.getString("tenant_id"),
              row.getString("queue")));
    }
    return due;
  }
}
