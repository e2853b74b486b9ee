package dev.carillon;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a handler is told of the run it works on, and where it writes down what it does. Values do
 * not change during an attempt. May be used by any thread; what comes after the attempt has ended
 * is left out.
 */
public interface RunContext {

  UUID runId();

  /** The owner of the run. */
  String tenant();

  /** Key of the job; null when the run has a target of its own and no job. */
  @Nullable String jobKey();

  /** The schedule that made the run; null for one made by a request. */
  @Nullable UUID scheduleId();

  /** The nominal instant of the schedule's fire, UTC; null unless a schedule fired. */
  @Nullable Instant fireAt();

  /** When the run was due, UTC. */
  Instant dueAt();

  /** 1 for the first try; goes on across retries, hand-backs and an operator's retry. */
  int attempt();

  /**
   * When this attempt's time is up, UTC: its token is cancelled then and it counts as timed out.
   */
  Instant deadline();

  /**
   * Resolved parameters as JSON values (maps, lists, strings, numbers, booleans, null); empty when
   * there are none.
   */
  Map<String, Object> params();

  /** What the run is about, for example {@code invoice → 4711}; empty when nobody said. */
  Map<String, String> scope();

  /** The same for every attempt of this run, and of no other run. */
  String idempotencyKey();

  /** W3C trace context of this attempt, to be passed on to whatever the handler calls. */
  String traceparent();

  /** Told when the run is cancelled, out of time, or taken from this worker. */
  CancellationToken cancellation();

  /**
   * Adds a line to the attempt's log, which people read at {@code
   * /runs/{id}/attempts/{number}/log}, also while the attempt runs: it is written about once a
   * second, and whole before the attempt's end is told. Returns at once. The line gets the instant
   * in front; what looks like a secret is masked. A log is cut at 1 MiB, with a mark.
   */
  void log(String line);

  /**
   * The same with a format of {@link java.util.Formatter}, in the root locale.
   *
   * @throws java.util.IllegalFormatException if it is none, or does not fit the arguments
   */
  default void log(String format, Object... arguments) {
    log(String.format(Locale.ROOT, format, arguments));
  }

  /**
   * Names something that this attempt has made and put elsewhere; shown with the attempt once it
   * has ended, however it ends. A name that was used before has the new place.
   *
   * @param name 1 to 200 characters
   * @param uri absolute; what looks like a secret in it is masked
   * @throws IllegalArgumentException when name or URI are none
   * @throws IllegalStateException for more than 100 names
   */
  void artifact(String name, String uri);

  /**
   * Says how far the work is, for whoever looks at the run while it runs; kept at most once a
   * second, the last word counts.
   *
   * @param fraction from 0 to 1
   * @param note in a few words; cut at 500 characters; null for none
   * @throws IllegalArgumentException when the fraction is not from 0 to 1
   */
  void progress(double fraction, @Nullable String note);

  /** The same without a note. */
  default void progress(double fraction) {
    progress(fraction, null);
  }
}
