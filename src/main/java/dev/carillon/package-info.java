/**
 * Carillon's front door: what an application implements ({@link dev.carillon.JobHandler}), is told
 * ({@link dev.carillon.RunContext}) and asks for ({@link dev.carillon.Scheduler}), and how its own
 * data change once ({@link dev.carillon.IdempotencyGate}). It knows no framework.
 *
 * <p>A fire's way through the code, one stop a line:
 *
 * <ol>
 *   <li>{@code rest.ScheduleResource}: a request, read strictly
 *   <li>{@code catalog.Schedules}: a schedule and its clock, in one transaction of its tenant
 *   <li>{@code ticker.Ticker}: the leader looks a few seconds ahead
 *   <li>{@code schedule.FirePlan}: which fires there are, as a pure function of {@code time.Fires}
 *   <li>{@code ticker.PlanSql}: clocks moved and runs inserted, in one statement under the lease
 *   <li>{@code broker.DueChannel}: "this run may be tried", at its instant
 *   <li>{@code worker.DueConsumer}: hints, read ahead within bounds
 *   <li>{@code worker.ClaimSql}: claimed by id, never more than there are free slots
 *   <li>{@code worker.Execution}: one attempt, from claim to verdict
 *   <li>{@code target.TargetCaller}: where the work happens
 *   <li>{@code run.RunState}: what may follow
 *   <li>{@code worker.CompleteSql}: what it came to, many in one statement
 *   <li>{@code event.Relay}: the world is told
 * </ol>
 *
 * <p>What may come in between, each where it says so:
 *
 * <ul>
 *   <li>{@code calendars}, {@code time.calendar}: which days count, asked by the plan; {@code
 *       ical}: the same for people's own calendars
 *   <li>{@code ticker.Admission}: a fire waits for others of its schedule
 *   <li>{@code limit}: a run waits for a place of its job, tenant or concurrency key, between hint
 *       and claim
 *   <li>{@code ticker.GroupProgress}: a run waits for its turn in a group
 *   <li>{@code ticker.FailureJobs}: a run that failed for good starts another job
 *   <li>{@code maintenance}: what workers that are gone had is taken back
 * </ul>
 *
 * <p>An application comes in by {@code scheduling} (behind {@link dev.carillon.Scheduler}), which
 * writes by {@code catalog} as REST does; {@code gate} is the idempotency gate for reactive
 * clients.
 */
@NullMarked
package dev.carillon;

import org.jspecify.annotations.NullMarked;
