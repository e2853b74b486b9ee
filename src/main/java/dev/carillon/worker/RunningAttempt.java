package dev.carillon.worker;

import dev.carillon.CancellationToken;
import dev.carillon.RunContext;
import dev.carillon.run.Artifact;
import dev.carillon.run.Trace;
import dev.carillon.run.Tries;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An attempt in this worker's hands.
 *
 * <pre>
 * EXECUTING ──► CANCELING ──► COMPLETING      a cancel or the timeout: the handler may still have its say
 *     └─────────────────────► COMPLETING      what it came to is decided, once, and on its way to the database
 * EXECUTING, CANCELING ─────► ABANDONED       the worker lost its lease: nothing of it will be recorded here
 * </pre>
 */
final class RunningAttempt implements RunContext {

  enum Phase {
    EXECUTING,
    CANCELING,
    COMPLETING,
    ABANDONED
  }

  /** Why an attempt is asked to stop. */
  enum Stop {
    CANCEL,
    TIMEOUT,
    DRAIN
  }

  /** Where its handler is, whatever the attempt has come to. */
  private enum HandlerIs {
    NOT_CALLED,
    AT_WORK,
    LEFT_BEHIND,
    BACK
  }

  private final Claimed claimed;
  private final JobDefinition definition;
  private final Instant deadline;
  private final Cancellation cancellation = new Cancellation();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.EXECUTING);
  private volatile @Nullable Stop stop;
  private volatile @Nullable Instant stopBy;
  private volatile boolean launched;
  private @Nullable Map<String, Object> params;
  private volatile @Nullable String traceparent;
  private volatile boolean endTold;
  private HandlerIs handler = HandlerIs.NOT_CALLED;
  private @Nullable Journals journals;
  private volatile @Nullable Journal journal;

  RunningAttempt(Claimed claimed, JobDefinition definition) {
    this.claimed = claimed;
    this.definition = definition;
    this.deadline = claimed.lockedAt().plus(definition.timeout());
  }

  Claimed claimed() {
    return claimed;
  }

  JobDefinition definition() {
    return definition;
  }

  /** How far the run had come before this attempt. */
  Tries tries() {
    return new Tries(
        definition.retry(),
        claimed.run(),
        claimed.generation(),
        claimed.tried(),
        // Losses are judged by whoever takes a run back.
        0,
        claimed.agedFrom());
  }

  Phase phase() {
    return phase.get();
  }

  /** Its start was logged, so its end is to be. */
  void tellEnd() {
    endTold = true;
  }

  boolean isEndTold() {
    return endTold;
  }

  synchronized void handlerCalled() {
    handler = HandlerIs.AT_WORK;
  }

  /** Whether the attempt goes on without its handler, which is still at work. */
  synchronized boolean leaveHandlerBehind() {
    boolean atWork = handler == HandlerIs.AT_WORK;
    if (atWork) {
      handler = HandlerIs.LEFT_BEHIND;
    }
    return atWork;
  }

  /** Whether the handler that is back had been left behind. */
  synchronized boolean handlerBack() {
    boolean late = handler == HandlerIs.LEFT_BEHIND;
    handler = HandlerIs.BACK;
    return late;
  }

  /** Before it is executed: where its handler's lines go. */
  void writtenDownBy(Journals writer) {
    journals = writer;
  }

  /** What its handler has written down; null: nothing. */
  @Nullable Journal journal() {
    return journal;
  }

  /**
   * Before it is executed.
   *
   * @param context of the span that follows it; null: none does
   */
  void traced(@Nullable String context) {
    traceparent = context;
  }

  /** Whether it may begin: once, and only while it is ours. */
  boolean launch() {
    launched = phase.get() == Phase.EXECUTING || phase.get() == Phase.CANCELING;
    return launched;
  }

  /** Whether it has begun; before, it waits for its instant. */
  boolean isLaunched() {
    return launched;
  }

  /** Why it was asked to stop; null when it was not. */
  @Nullable Stop stop() {
    return stop;
  }

  /** When its worker no longer waits for it to stop; null while it was not asked to. */
  @Nullable Instant stopBy() {
    return stopBy;
  }

  /** Asks the handler to stop, once; the first reason counts. */
  void ask(Stop reason, Instant now, Duration grace) {
    if (phase.get() == Phase.EXECUTING) {
      // Set before the phase: whoever sees CANCELING sees why.
      stop = reason;
      stopBy = now.plus(grace);
      if (phase.compareAndSet(Phase.EXECUTING, Phase.CANCELING)) {
        cancellation.cancel();
      }
    }
  }

  /** Whether the caller is the one who may say what the attempt came to. */
  boolean decide() {
    boolean decided =
        phase.compareAndSet(Phase.EXECUTING, Phase.COMPLETING)
            || phase.compareAndSet(Phase.CANCELING, Phase.COMPLETING);
    if (decided) {
      closeJournal();
    }
    return decided;
  }

  /** Gives up on recording it here; whoever took it back tells its story. */
  boolean abandon() {
    boolean abandoned =
        phase.compareAndSet(Phase.EXECUTING, Phase.ABANDONED)
            || phase.compareAndSet(Phase.CANCELING, Phase.ABANDONED);
    if (abandoned) {
      closeJournal();
      cancellation.cancel();
    }
    return abandoned;
  }

  @Override
  public UUID runId() {
    return claimed.run();
  }

  @Override
  public String tenant() {
    return claimed.tenant();
  }

  @Override
  public @Nullable String jobKey() {
    return definition.key();
  }

  @Override
  public @Nullable UUID scheduleId() {
    return claimed.schedule();
  }

  @Override
  public @Nullable Instant fireAt() {
    return claimed.fireAt();
  }

  @Override
  public Instant dueAt() {
    return claimed.dueAt();
  }

  @Override
  public int attempt() {
    return claimed.attempt();
  }

  @Override
  public Instant deadline() {
    return deadline;
  }

  @Override
  public synchronized Map<String, Object> params() {
    if (params == null) {
      params = claimed.params() == null ? Map.of() : new JsonObject(claimed.params()).getMap();
    }
    return params;
  }

  @Override
  public Map<String, String> scope() {
    Map<String, String> scope = new HashMap<>();
    if (claimed.scope() != null) {
      new JsonObject(claimed.scope())
          .forEach(entry -> scope.put(entry.getKey(), String.valueOf(entry.getValue())));
    }
    return scope;
  }

  @Override
  public String idempotencyKey() {
    return claimed.run().toString();
  }

  @Override
  public String traceparent() {
    String traced = traceparent;
    return traced != null
        ? traced
        : Trace.of(claimed.trace(), claimed.run()).traceparent(claimed.attempt());
  }

  @Override
  public CancellationToken cancellation() {
    return cancellation;
  }

  @Override
  public void log(String line) {
    Journals writer = journals;
    Journal open = open();
    if (open != null && writer != null) {
      writer.line(open, line);
    }
  }

  @Override
  public void artifact(String name, String uri) {
    Artifact artifact = new Artifact(name, uri);
    Journal open = open();
    if (open != null) {
      open.artifact(artifact);
    }
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    Journals writer = journals;
    Journal open = open();
    if (open != null && writer != null) {
      open.progress(fraction, note, writer.now());
      writer.list(open);
    }
  }

  /** Made when it is first needed, as most handlers write nothing; null once the attempt ended. */
  private @Nullable Journal open() {
    Journal known = journal;
    return known != null ? known : make();
  }

  private synchronized @Nullable Journal make() {
    boolean over = phase.get() == Phase.COMPLETING || phase.get() == Phase.ABANDONED;
    if (journal == null && !over) {
      journal = new Journal(claimed.run(), claimed.attempt(), claimed.tenant());
    }
    return journal;
  }

  /**
   * After the phase has changed: whoever is making one is waited for, and whoever comes later sees
   * that it is too late.
   */
  private synchronized void closeJournal() {
    Journal open = journal;
    if (open != null) {
      open.close();
    }
  }
}
