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
 */
@NullMarked
package dev.carillon;

import org.jspecify.annotations.NullMarked;
