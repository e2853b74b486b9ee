package dev.carillon;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Carillon from within an application: a CDI bean to be injected.
 *
 * <pre>{@code
 * @ApplicationScoped
 * class Invoices {
 *   private final Scheduler scheduler;
 *
 *   Invoices(Scheduler scheduler) {
 *     this.scheduler = scheduler;
 *   }
 *
 *   void declare(@Observes StartupEvent start) {
 *     // each month, and safe to be said by every replica at every start
 *     scheduler.schedule(ScheduleDefinition.of(JobDefinition.of("invoices")).cron("0 6 1 * *"));
 *   }
 *
 *   void remind(Invoice invoice) {
 *     // once, in a week
 *     scheduler.enqueue("remind", Map.of("invoice", invoice.number()),
 *         RunOptions.NONE.dueAt(invoice.due()).dedupeKey("remind-" + invoice.number()));
 *   }
 * }
 * }</pre>
 *
 * <p><b>A schedule or a run?</b> Something that recurs, or that people shall see and move, is a
 * schedule: it has a key, a next time, and is replaced by another definition of the same key. Work
 * that comes up with the business, thousands an hour, is a run with a due time.
 *
 * <p><b>Said by every replica.</b> {@link #schedule} and {@link #declare} change nothing when all
 * is as it was said: no event, no new plan. Replicas that start together make one schedule. What an
 * operator did meanwhile (disabled, paused, wrote a note) stays, unless the definition says it.
 *
 * <p><b>Beside your own data.</b> What is asked for is committed when a method returns, in
 * Carillon's own transaction and not in yours. So first commit your data, then ask, with a dedupe
 * key that comes from the data, and ask again whenever you do not know whether you did: one run
 * comes of it. The other way round a run may find no data.
 *
 * <p>The methods block until it is committed; on an event loop they refuse, and {@link #async} is
 * for there. All of them are of one tenant, {@code default} unless {@link #of} says another. They
 * throw {@link SchedulerException}.
 */
public interface Scheduler {

  /**
   * The same for another tenant.
   *
   * @throws IllegalArgumentException when that cannot be a tenant's id
   */
  Scheduler of(String tenant);

  /** The same without blocking. */
  AsyncScheduler async();

  /**
   * Creates or replaces a schedule by its key, and before that its job, where the definition holds
   * one. The first fire is the first that is still to come.
   */
  ScheduleInfo schedule(ScheduleDefinition definition);

  /**
   * Deletes a schedule; what is queued or running finishes. Its key is free then.
   *
   * @return false: there was none
   */
  boolean unschedule(String scheduleKey);

  /** Creates a job, or changes in it what the definition says. */
  void declare(JobDefinition job);

  /** A run now. */
  default RunInfo enqueue(String jobKey, Map<String, ?> params) {
    return enqueue(jobKey, params, RunOptions.NONE);
  }

  /**
   * A run of a job, which must be there.
   *
   * @param params over the job's; see {@link ScheduleDefinition#params} for what can be one
   * @return the run; the first one where the dedupe key has made one before
   */
  RunInfo enqueue(String jobKey, Map<String, ?> params, RunOptions options);

  /**
   * Cancels a run: at once while nobody has it, else its handler is asked to stop, and it is
   * RUNNING until it does.
   *
   * @throws SchedulerException NOT_FOUND, or WRONG_STATE when it has ended
   */
  RunInfo cancel(UUID run);

  /** Where a run stands; empty: there is none. */
  Optional<RunInfo> find(UUID run);

  /** Where a schedule stands; empty: there is none. */
  Optional<ScheduleInfo> findSchedule(String scheduleKey);
}
