package dev.carillon.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.broker.DueChannel;
import dev.carillon.limit.LimitKey;
import dev.carillon.loop.Loop;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.run.Verdict;
import dev.carillon.target.Targets;
import dev.carillon.worker.RunningAttempt.Phase;
import dev.carillon.worker.RunningAttempt.Stop;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A worker: takes runs, executes them, records what they came to, and keeps its lease meanwhile.
 *
 * <pre>
 * (new id) ──► SERVING ──drain──► DRAINING ──► gone
 *     ▲           │ retired by somebody, or silent for two thirds of the lease:
 *     └───────────┘ everything in hand is abandoned, whoever takes it back goes on
 * </pre>
 */
public final class Worker implements Claims.Hands {

  private static final Logger LOG = Logger.getLogger(Worker.class);

  /** How exact timeouts are; one pass over what is in hand, instead of a timer for each. */
  private static final long SWEEP_MILLIS = 100;

  private static final Duration CANCEL_LOOK = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Context context;
  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final WorkerSettings settings;
  private final WorkerMeters meters;
  private final AttemptSpans spans;
  private final Slots slots;
  private final RunLog runLog;
  private final Execution execution;
  private final Starts starts;
  private final Completions completions;
  private final Journals journals;
  private final Claims claims;
  private final DueConsumer consumer;
  private final LeaseKeeper lease;
  private final Loop cancels;
  private final Map<UUID, RunningAttempt> inHand = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile boolean draining;
  private long sweeper = -1;

  /** What a worker is connected to. */
  public record Surroundings(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      DueChannel due,
      ObjectMapper mapper) {}

  public Worker(
      Surroundings around,
      Targets targets,
      WorkerSettings settings,
      WorkerMeters meters,
      AttemptSpans spans) {
    this.vertx = around.vertx();
    this.pg = around.pg();
    this.notices = around.notices();
    this.clock = around.clock();
    this.settings = settings;
    this.meters = meters;
    this.spans = spans;
    this.context = vertx.getOrCreateContext();
    this.slots = new Slots(settings.slots());
    this.runLog = new RunLog(settings.loggedPerSecond());
    this.execution = new Execution(targets, clock, around.mapper(), runLog, slots, this::decided);
    this.starts = new Starts(vertx, clock, this::launch);
    this.completions =
        new Completions(
            pg, notices, clock, vertx, context, Duration.ofSeconds(10), this::written, this::freed);
    this.journals = new Journals(pg, clock, vertx, context);
    this.claims =
        new Claims(
            pg,
            notices,
            clock,
            vertx,
            context,
            slots,
            new QueueNames(pg, settings.queues()),
            settings,
            this);
    this.consumer = new DueConsumer(around.due(), settings, claims, context);
    this.lease = new LeaseKeeper(pg, vertx, context, settings, new Loss(), claims::wake);
    this.cancels = new Loop("look for cancellations", vertx, context, this::lookForCancels);
  }

  public void start() {
    slots.onUnblocked(claims::slotFreed);
    meters.watch(slots::taken, slots::size, slots::stuck, slots::isBlocked);
    notices.listen(Notices.Channel.CANCEL, this::cancelRequested);
    notices.onReconnect(cancels::wake);
    lease.start();
    completions.start();
    journals.start();
    claims.start();
    cancels.start();
    consumer.start();
    sweeper = vertx.setPeriodic(SWEEP_MILLIS, id -> context.runOnContext(v -> sweep()));
  }

  /**
   * Takes nothing more, waits for what is in execution, hands back what does not end in time, says
   * goodbye.
   *
   * @return completes when nothing is in hand any more
   */
  public CompletionStage<Void> drain() {
    consumer.stop();
    return claims
        .close()
        .thenCompose(closed -> letGo())
        .thenCompose(done -> completions.stop())
        .thenCompose(done -> journals.stop())
        .thenCompose(done -> cancels.stop())
        .thenCompose(done -> lease.retire())
        .whenComplete((done, failure) -> vertx.cancelTimer(sweeper));
  }

  /** How many handlers are still at it although their attempts are over. */
  public int stuckHandlers() {
    return slots.stuck();
  }

  /** Whether so many handlers do not stop that it takes no more runs until some of them do. */
  public boolean isBlocked() {
    return slots.isBlocked();
  }

  /** How many runs are in hand. */
  public int inHand() {
    return inHand.size();
  }

  @Override
  public @Nullable UUID worker() {
    return lease.holder();
  }

  @Override
  public boolean holds(UUID run) {
    return inHand.containsKey(run);
  }

  @Override
  public void begin(RunningAttempt attempt) {
    attempt.writtenDownBy(journals);
    inHand.put(attempt.runId(), attempt);
    starts.add(attempt);
  }

  /** At its instant, unless it is another's by now. */
  private void launch(RunningAttempt attempt) {
    if (!attempt.launch()) {
      return;
    }
    meters.started(Duration.between(attempt.dueAt(), attempt.claimed().lockedAt()));
    attempt.traced(spans.began(attempt, attempt.claimed().trace()));
    if (attempt.stop() == null) {
      execution.start(attempt);
    } else {
      execution.giveUp(attempt);
    }
  }

  @Override
  public void handBack(Claimed run) {
    LOG.warnf(
        "run %s attempt %d was claimed without an answer; handing it back",
        run.run(), run.attempt());
    completions.add(handedBack(run), run.placed());
  }

  private Completion handedBack(Claimed run) {
    Instant end = Execution.later(clock.instant(), run.lockedAt());
    return new Completion(
        run.run(),
        run.attempt(),
        run.worker(),
        Verdict.drained(end),
        null,
        run.lockedAt(),
        end,
        null);
  }

  private void decided(RunningAttempt attempt, Completion completion) {
    slots.release();
    spans.ended(attempt, completion.verdict());
    meters.ended(
        attempt.jobKey(),
        completion.verdict().outcome(),
        completion.verdict().finalState() == null,
        Duration.between(attempt.claimed().lockedAt(), completion.finished()));
    record(attempt, completion);
    claims.slotFreed();
  }

  /** Whoever reads how an attempt ended is to find its last lines, too. */
  private void record(RunningAttempt attempt, Completion completion) {
    Journal journal = attempt.journal();
    boolean othersWait = attempt.claimed().placed();
    if (journal == null) {
      completions.add(completion, othersWait);
    } else {
      journals.end(journal).thenRun(() -> completions.add(completion, othersWait));
    }
  }

  /**
   * Whoever waits goes on here, if there is a free slot; where nothing is claimed, by the leader.
   */
  private void freed(Map<LimitKey, Integer> limits) {
    if (draining || lease.holder() == null) {
      notices.send(Notices.Channel.LIMIT, "");
    } else {
      claims.placesFreed(limits);
    }
  }

  /** The run may be back in hand by a later attempt already; that one stays. */
  private void written(Completion completion) {
    inHand.computeIfPresent(
        completion.run(),
        (run, attempt) -> attempt.attempt() == completion.attempt() ? null : attempt);
    if (draining && inHand.isEmpty()) {
      empty.complete(null);
    }
  }

  private CompletionStage<Void> letGo() {
    draining = true;
    if (inHand.isEmpty() && completions.isEmpty()) {
      empty.complete(null);
    } else {
      LOG.infof(
          "shutting down: waiting up to %d s for %d runs",
          settings.drain().toSeconds(), inHand.size());
      Duration ask = settings.drain().minus(WorkerSettings.STOP_GRACE);
      vertx.setTimer(
          Math.max(1, ask.toMillis()), id -> context.runOnContext(ignored -> askAllToStop()));
    }
    return empty;
  }

  private void askAllToStop() {
    Instant now = clock.instant();
    inHand.values().forEach(attempt -> attempt.ask(Stop.DRAIN, now, WorkerSettings.STOP_GRACE));
  }

  /** Ends what is out of time. */
  private void sweep() {
    runLog.look();
    if (inHand.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    for (RunningAttempt attempt : inHand.values()) {
      if (attempt.phase() == Phase.EXECUTING && !now.isBefore(attempt.deadline())) {
        attempt.ask(Stop.TIMEOUT, now, WorkerSettings.STOP_GRACE);
      }
      Instant stopBy = attempt.stopBy();
      if (attempt.phase() == Phase.CANCELING && stopBy != null && !now.isBefore(stopBy)) {
        LOG.warnf(
            "run %s attempt %d: its handler has not stopped %d s after it was asked to; the attempt is recorded without"
                + " its word, and its slot goes to another run",
            attempt.runId(), attempt.attempt(), WorkerSettings.STOP_GRACE.toSeconds());
        meters.abandoned(attempt.jobKey());
        execution.giveUp(attempt);
      }
    }
  }

  private void cancelRequested(String payload) {
    UUID run;
    try {
      run = UUID.fromString(payload);
    } catch (IllegalArgumentException e) {
      cancels.wake();
      return;
    }
    // The notice may be about an earlier attempt; the row says whether this one is meant.
    if (inHand.containsKey(run)) {
      cancels.wake();
    }
  }

  private Uni<Duration> lookForCancels() {
    List<RunningAttempt> attempts = List.copyOf(inHand.values());
    if (lease.holder() == null || attempts.isEmpty()) {
      return Uni.createFrom().item(CANCEL_LOOK);
    }
    UUID[] ids = attempts.stream().map(RunningAttempt::runId).toArray(UUID[]::new);
    Integer[] numbers = attempts.stream().map(RunningAttempt::attempt).toArray(Integer[]::new);
    return pg.asEngine(
            WorkerSql.TO_STOP, Tuple.tuple().addArrayOfUUID(ids).addArrayOfInteger(numbers))
        .invoke(
            rows -> {
              Instant now = clock.instant();
              rows.forEach(
                  row -> {
                    RunningAttempt attempt = inHand.get(row.getUUID("id"));
                    if (attempt != null && attempt.attempt() == row.getInteger("attempt")) {
                      attempt.ask(Stop.CANCEL, now, WorkerSettings.STOP_GRACE);
                    }
                  });
            })
        .replaceWith(CANCEL_LOOK);
  }

  /**
   * The lease is gone: what is in hand is another's from now on, and nothing of it is recorded
   * here, unless this worker was only cut off: then it gives back what it had as soon as it can.
   * Its runs did not kill it, so an outage is no loss that makes poison of them.
   */
  private final class Loss implements LeaseKeeper.Loss {

    private final List<Completion> cutOff = new ArrayList<>();

    @Override
    public void abandonAll(boolean silent) {
      int abandoned = 0;
      for (RunningAttempt attempt : inHand.values()) {
        if (attempt.abandon()) {
          abandoned++;
          if (attempt.isLaunched()) {
            spans.abandoned(attempt);
          }
          execution.leaveBehind(attempt);
          slots.release();
          inHand.remove(attempt.runId(), attempt);
          if (silent) {
            cutOff.add(handedBack(attempt.claimed()));
          }
        }
      }
      LOG.warnf("this worker lost its lease; %d runs in hand were abandoned", abandoned);
      if (draining && inHand.isEmpty()) {
        empty.complete(null);
      }
    }

    @Override
    public Uni<Void> comeBack() {
      if (cutOff.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      List<Completion> batch =
          List.copyOf(cutOff.subList(0, Math.min(cutOff.size(), Completions.MOST_AT_ONCE)));
      return pg.asEngine(CompleteSql.COMPLETE_AGAIN, Completion.parameters(batch, clock.instant()))
          .invoke(written -> cutOff.subList(0, batch.size()).clear())
          .invoke(this::tellOfPlaces)
          .chain(this::comeBack);
    }

    private void tellOfPlaces(RowSet<Row> written) {
      for (Row row : written) {
        if (row.getString("freed") != null) {
          notices.send(Notices.Channel.LIMIT, "");
          return;
        }
      }
    }
  }
}
