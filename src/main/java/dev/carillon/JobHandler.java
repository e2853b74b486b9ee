package dev.carillon;

import dev.carillon.run.Outcome;

/**
 * Does the work of the runs of one kind of job. A CDI bean that implements this is discovered at
 * start; a job names it in its target, or by having the same key.
 *
 * <p>The call may block: it has a thread of its own (a virtual one where the JVM has them), never
 * an event loop. It is interrupted when its attempt is to stop, and given up where it has not
 * stopped 5 s later: its attempt then counts without its word. Delivery is at least once: a handler
 * whose worker lost its lease may still be running when the next attempt starts, so make the effect
 * idempotent, with {@link RunContext#idempotencyKey()} as the key.
 */
public interface JobHandler {

  /** The name that a target refers to; unique among all handlers of the process. */
  String name();

  /**
   * Does the work once.
   *
   * @return what came of it; null counts as a failed attempt, as does anything thrown, and both are
   *     retried as the job's policy says
   * @throws Exception a failed attempt, retried unless the policy's lists of error classes say
   *     otherwise of its class; a handler's own word is a returned {@link Outcome}
   */
  Outcome handle(RunContext run) throws Exception;
}
