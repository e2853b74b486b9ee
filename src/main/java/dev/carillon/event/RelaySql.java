package dev.carillon.event;

/**
 * What the relay reads and deletes. Planned once, when the tables may be empty: no join may depend
 * on statistics.
 */
final class RelaySql {

  private RelaySql() {}

  /**
   * Deletes what was published and reads what comes next. $1 the floor: ids at or below it were
   * dealt with, but for rare latecomers; $2 how many rows; $3 the ids of what was published.
   */
  static final String NEXT =
      """
      with published as (
        delete from outbox where id = any($3)
      )
      select id, at, kind, worker_id, tenant_id, runs, attempts, payload::text as payload
      from outbox
      -- Both branches see the same rows: those that the first deletes are still there.
      where id > $1 and id <> all($3)
      order by id
      limit $2
      """;

  /**
   * Runs as they were written, and how attempts ended; a row may have either or both. $1 ids of
   * runs, $2 and $3 their bounds; $4 runs of attempts, $5 and $6 their bounds, $7 which numbers
   * these attempts have: more may be returned than were asked for.
   */
  static final String DETAILS =
      """
      select r.*, a.*
      from (
        select r.id, r.tenant_id, r.job_id, j.key as job_key, r.schedule_id, r.fire_at, r.due_at, r.created_at,
               r.priority, r.scope::text as scope, r.trace
        from runs r
        -- One look-up a row, by offset 0, as in the claim.
        left join lateral (select jobs.key from jobs where jobs.id = r.job_id offset 0) j on true
        where r.id = any($1) and r.id between $2 and $3
      ) r
      -- Full, so that it is hashed or merged and never a nested loop.
      full join (
        select a.run_id, a.attempt, a.generation, a.worker_id, a.outcome::text as outcome,
               a.final_state::text as final_state, a.started_at, a.finished_at, a.error::text as error
        from attempts a
        -- Opaque, so that the runs alone choose the part of the index.
        where a.run_id = any($4) and a.run_id between $5 and $6
          and case when a.attempt = any($7) then true else false end
      ) a on a.run_id = r.id
      """;
}
