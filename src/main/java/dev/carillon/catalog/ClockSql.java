package dev.carillon.catalog;

/** What the write side does to a schedule's clock and to what was planned by it. */
final class ClockSql {

  /**
   * $1 schedule, $2 tenant, $3 enabled, $4 next fire, $5 delay in ms, $6 by which tzdata, $7 now,
   * $8 how many fires may become runs or null.
   */
  static final String START =
      """
      insert into clock (schedule_id, tenant_id, enabled, next_fire_at, delay_ms, rules, timed_at, runs_left)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      """;

  /**
   * The first thing that every edit does. Planning updates this row where the revision is the one
   * it read, so from here on it waits, and then does nothing. $1 schedule, $2 tenant.
   *
   * <p>The awaited run is looked for in the same statement: where it still has a queue row, the
   * statement that completes it will set the next instant.
   */
  static final String LOCK =
      """
      select c.next_fire_at, c.awaited_run, c.delay_ms, c.runs_left,
             exists (select from queue q where q.id = c.awaited_run) as awaits
      from clock c
      where c.schedule_id = $1 and c.tenant_id = $2
      for update of c
      """;

  /**
   * Takes back what is planned and not yet due: no worker can have it, so nothing was told of it.
   * Rows that somebody has locked are skipped, not waited for: a cancel is ending them (and wants
   * our clock row next), or their time has come. What a backfill made, a person asked for by
   * itself, and of what was moved a person said when it is due; both stay. $1 schedule, $2 tenant,
   * $3 now.
   */
  static final String WITHDRAW =
      """
      with planned as materialized (
        select q.id, r.fire_at
        from queue q join runs r on r.id = q.id
        where q.schedule_id = $1 and q.tenant_id = $2
          and q.state = 'QUEUED' and q.attempt = 0 and r.due_at > $3 and r.fire_at is not null
          and q.moved is null and not exists (select from backfill_runs b where b.run_id = q.id)
        order by q.id
        for update of q skip locked
      ), unqueued as (
        delete from queue where id = any(array(select id from planned))
      ), unwritten as (
        delete from runs where id = any(array(select id from planned))
      ), unlimited as (
        delete from expiries where run_id = any(array(select id from planned))
      )
      select min(fire_at) as earliest, count(*)::int as withdrawn from planned
      """;

  /**
   * Sets the clock after an edit. Where fires were withdrawn, the last one is found again: the
   * newest that is left and lives or was started, not one that was let go. $1 schedule, $2 tenant,
   * $3 enabled, $4 next fire, $5 delay in ms, $6 awaited run, $7 whether fires were withdrawn, $8
   * by which tzdata the next fire was worked out; null: it was not, it stays as it was; $9 now if
   * it was, else null; $10 whether the tzdata is unknown; $11 how many fires may still become runs
   * or null; $12 until when it is paused or null.
   */
  static final String SET =
      """
      update clock
      set revision = revision + 1, enabled = $3, next_fire_at = $4, delay_ms = $5, awaited_run = $6,
          rules = case when $10 then null else coalesce($8, rules) end, timed_at = coalesce($9, timed_at),
          runs_left = $11, resumes_at = $12,
          -- Nothing withdrawn and nothing new: the last fire that ends the schedule is still to come, or just was.
          ends_at = case when $4::timestamptz is null and not $7 then ends_at end,
          last_fire_at = case when $7 then (
            select r.fire_at from runs r
            where r.schedule_id = $1 and r.fire_at is not null
              and (exists (select from queue q where q.id = r.id)
                   or exists (select from attempts a where a.run_id = r.id and a.started_at is not null))
            order by r.id desc limit 1
          ) else last_fire_at end
      where schedule_id = $1 and tenant_id = $2
      """;

  /**
   * The instants as a person sees them. Fires are written a few seconds ahead, and may be put off
   * by jitter: until its time has come, such a one is still the next and not the last. One that was
   * moved is neither: it has left the schedule's own course. $1 schedules, $2 tenant, $3 now.
   */
  static final String SHOWN =
      """
      select c.schedule_id, c.next_fire_at, c.runs_left, planned.due_at as planned_at, planned.fire_at as planned_fire,
             planned.ahead,
             case when c.last_fire_at <= $3 and s.jitter_ms is null then c.last_fire_at
                  when c.last_fire_at is not null then (
                    select r.due_at from runs r
                    where r.schedule_id = c.schedule_id and r.fire_at is not null and r.due_at <= $3
                    order by r.id desc limit 1
                  )
             end as last_fire_at,
             n.fired, n.succeeded, n.failed, n.missed, n.skipped
      from clock c
      join schedules s on s.id = c.schedule_id
      left join schedule_counts n on n.schedule_id = c.schedule_id
      left join lateral (
        select min(r.due_at) as due_at, min(r.fire_at) as fire_at,
               (count(*) filter (where r.fire_at > $3))::int as ahead
        from queue q join runs r on r.id = q.id
        where q.schedule_id = c.schedule_id and q.state = 'QUEUED' and q.attempt = 0 and q.due_at > $3
          and r.due_at > $3 and r.fire_at is not null
          and q.moved is null and not exists (select from backfill_runs b where b.run_id = q.id)
      ) planned on true
      where c.schedule_id = any($1) and c.tenant_id = $2
      """;

  /**
   * Keeps calendars as they are until the transaction ends: a change of one marks the schedules
   * that it sees, and must see this one. $1 tenant, $2 names.
   */
  static final String HOLD_CALENDARS =
      """
      select 1 from calendars where tenant_id = $1 and name = any($2) order by name for share
      """;

  /**
   * Lets one fire go: its run is written as SKIPPED, with its event. Nothing where the run is there
   * already. $1 schedule, $2 tenant, $3 run, $4 the fire, $5 now, $6 when it would have been due.
   */
  static final String SKIP =
      """
      with written as (
        insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, created_at, priority, target, params,
                          scope, retry, concurrency_key)
        select $3, s.tenant_id, s.job_id, s.id, $4, $6, $5, coalesce(s.priority, j.priority, 2), s.target,
               p.params, s.scope, s.retry, carillon_concurrency_key(j.concurrency_key, p.params, s.scope)
        from schedules s left join jobs j on j.id = s.job_id
        cross join lateral (
          select case when j.params is null then s.params when s.params is null then j.params
                      else j.params || s.params end as params
        ) p
        where s.id = $1 and s.tenant_id = $2
        on conflict do nothing
        returning id, tenant_id
      ), let_go as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select id, 1, 1, tenant_id, 'SKIPPED', 'SKIPPED', $5 from written
      )
      insert into outbox (at, kind, tenant_id, runs, attempts)
      select $5, 'ENDED', tenant_id, array[id], array[1] from written
      """;

  /**
   * A run that ended without a worker: a FIXED_DELAY counts from here. $1 schedule, $2 the run, $3
   * now.
   */
  static final String REARM =
      """
      update clock
      set awaited_run = null,
          next_fire_at = case when enabled and coalesce(runs_left, 1) > 0 then $3::timestamptz + delay_ms * interval '1 millisecond' end
      where schedule_id = $1 and awaited_run = $2
      """;

  private ClockSql() {}
}
