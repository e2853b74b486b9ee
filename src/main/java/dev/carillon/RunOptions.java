package dev.carillon;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run is given beside its job and its parameters, see {@link Scheduler#enqueue}. Options
 * never change; each method answers new ones.
 *
 * <pre>{@code
 * RunOptions.NONE.dueAt(tomorrow).dedupeKey("invoice-4711").scope("customer", "17")
 * }</pre>
 */
public final class RunOptions {

  /** Now, with what the job says. */
  public static final RunOptions NONE = new RunOptions(Document.EMPTY, null);

  private final Document document;
  private final @Nullable String traceparent;

  private RunOptions(Document document, @Nullable String traceparent) {
    this.document = document;
    this.traceparent = traceparent;
  }

  /** When it is due; in the past: now. */
  public RunOptions dueAt(Instant due) {
    return with("dueAt", due);
  }

  /** If it has not started by then, it is MISSED. */
  public RunOptions expiresAt(Instant expiry) {
    return with("expiresAt", expiry);
  }

  /**
   * One run a key, for ever or for the job's {@code dedupeWindow}: whoever asks again with the same
   * key gets the first run, whatever else he asks for. 1 to 256 characters.
   */
  public RunOptions dedupeKey(String key) {
    return with("dedupeKey", key);
  }

  /** What it belongs to: {@code customer → 17}. */
  public RunOptions scope(String name, String value) {
    return new RunOptions(document.withEntry("scope", name, value), traceparent);
  }

  /** 0 goes first, 4 last; absent: the job's. */
  public RunOptions priority(int priority) {
    return with("priority", priority);
  }

  /**
   * Runs with the same key run one after the other; where the job has a {@code concurrencyKey}, as
   * many at once as its {@code maxConcurrency} says.
   */
  public RunOptions concurrencyKey(String key) {
    return with("concurrencyKey", key);
  }

  /** Asked for by a run: it goes on in that one's trace. */
  public RunOptions by(RunContext run) {
    return new RunOptions(document, run.traceparent());
  }

  /** In the trace of whoever asks, a W3C traceparent. */
  public RunOptions traceparent(String context) {
    return new RunOptions(document, context);
  }

  /** Any other field of {@code POST /runs}, by its name there. */
  public RunOptions with(String field, Object value) {
    return new RunOptions(document.with(field, value), traceparent);
  }

  /** The trace that the run goes on in; null: one of its own. */
  public @Nullable String traceparent() {
    return traceparent;
  }

  /** What was said, by the names of the REST resource. */
  public Map<String, Object> fields() {
    return document.fields();
  }
}
