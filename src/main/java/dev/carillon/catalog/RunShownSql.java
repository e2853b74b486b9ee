package dev.carillon.catalog;

import dev.carillon.run.RunState;

/** How runs are shown and listed in one tenant's name. */
final class RunShownSql {

  /**
   * Runs as they are shown, newest first. The state is the queue row's while there is one, else the
   * last attempt's final one: read in one statement, so that a run that ends meanwhile is seen
   * before or after, never in between. A queue row that is QUEUED or waits for a retry changes by
   * time alone; it also says when the run goes on, which a retry puts off. One that is held has no
   * such instant, and shows the one that it is held from; one that is held for others of its
   * schedule is, until then, scheduled like any other. $1 ids, $2 tenant, $3 now, $4 whether with
   * the newest hundred attempts, $5 state or null, $6 job key or null, $7 schedule or null, $8 due
   * from (inclusive) or null, $9 due to (exclusive) or null, $10 most, $11 group or null.
   */
  static final String READ =
      """
      with read as (
        select r.id, r.tenant_id, r.schedule_id, r.group_id, r.fire_at,
               coalesce(nullif(q.due_at, 'infinity'), q.held_due, r.due_at) as due_at,
               r.expires_at, r.created_at, r.priority, r.dedupe_key, r.concurrency_key, r.caused_by,
               r.retry::text as retry, r.labels::text as labels,
               r.trace, r.target::text as target, r.params::text as params, r.scope::text as scope,
               j.key as job_key,
               coalesce(r.retry ->> 'maxAttempts', j.retry ->> 'maxAttempts')::int as max_attempts,
               q.locked_by, q.locked_at,
               case when q.held_by = 'overlap' and q.held_due > $3 then null else q.held_by end as held_by,
               coalesce(q.attempt, a.attempt, 0) as attempt,
               coalesce(q.generation, a.generation, 1) as generation,
               a.started_at, a.finished_at, a.error::text as error, a.output::text as output,
               case q.state
                 when 'RUNNING' then 'RUNNING'
                 when 'PENDING' then 'PENDING'
                 when 'QUEUED' then
                   case when (q.held_by is null and q.due_at > $3) or (q.held_by = 'overlap' and q.held_due > $3)
                     then 'SCHEDULED' else 'QUEUED' end
                 when 'RETRY_SCHEDULED' then
                   case when q.due_at > $3 and q.held_by is null then 'RETRY_SCHEDULED' else 'QUEUED' end
                 else a.final_state::text
               end as state
        from runs r
        left join queue q on q.id = r.id
        left join jobs j on j.id = r.job_id
        left join lateral (
          select a.* from attempts a
          where a.run_id = r.id
          order by a.generation desc, a.attempt desc limit 1
        ) a on true
        where r.id = any($1) and r.tenant_id = $2
      )
      select read.*,
             case when $4 then (
               select json_agg(json_build_object(
                 'number', a.attempt, 'generation', a.generation, 'outcome', a.outcome, 'workerId', a.worker_id,
                 'jobVersion', a.job_version,
                 'startedAt', to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'finishedAt', to_char(a.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'exitCode', a.exit_code, 'error', a.error, 'output', a.output, 'artifacts', a.artifacts,
                 'logUrl', case when exists (
                   select from attempt_logs l where l.run_id = a.run_id and l.attempt = a.attempt
                 ) then '/runs/' || a.run_id || '/attempts/' || a.attempt || '/log' end)
                 order by a.generation, a.attempt)::text
               from (
                 select a.* from attempts a
                 where a.run_id = read.id
                 order by a.generation desc, a.attempt desc limit 100
               ) a
             ) end as attempts,
             -- What an attempt before this one said is of no interest.
             case when $4 and read.state = 'RUNNING' then (
               select json_build_object('fraction', p.fraction, 'note', p.note)::text
               from run_progress p where p.run_id = read.id and p.attempt = read.attempt
             ) end as progress
      from read
      where ($5::text is null or state = $5)
        and ($6::text is null or job_key = $6)
        and ($7::uuid is null or schedule_id = $7)
        and ($8::timestamptz is null or due_at >= $8)
        and ($9::timestamptz is null or due_at < $9)
        and ($11::uuid is null or group_id = $11)
      order by id desc
      limit $10
      """;

  // Where a list looks for its candidates: each by an index that is in the list's order, so that
  // it reads what it asks for and no more.

  /** By runs_by_tenant. $1 tenant, $2 below, $3 most. */
  static final String OF_TENANT =
      """
      select id from runs where tenant_id = $1 and id < $2 order by id desc limit $3
      """;

  /** By runs_by_job. $1 tenant, $2 below, $3 most, $4 job key. */
  static final String OF_JOB =
      """
      select id from runs
      where tenant_id = $1 and id < $2 and job_id = (select id from jobs where tenant_id = $1 and key = $4)
      order by id desc limit $3
      """;

  /** By runs_by_schedule. $1 tenant, $2 below, $3 most, $4 schedule. */
  static final String OF_SCHEDULE =
      """
      select id from runs where tenant_id = $1 and id < $2 and schedule_id = $4 order by id desc limit $3
      """;

  /** By queue_by_tenant: the runs that live. $1 tenant, $2 below, $3 most. */
  static final String LIVING =
      """
      select id from queue where tenant_id = $1 and id < $2 order by id desc limit $3
      """;

  /** By runs_by_group. $1 tenant, $2 below, $3 most, $4 group. */
  static final String OF_GROUP =
      """
      select id from runs where tenant_id = $1 and id < $2 and group_id = $4 order by id desc limit $3
      """;

  private static final String ENDED =
      """
      select distinct run_id as id from attempts
      where tenant_id = $1 and run_id < $2 and final_state = '%s'
      order by id desc limit $3
      """;

  /**
   * Runs that have ended so, also those that live again since or have ended otherwise. Each by an
   * index of its own, which is found by the constant. $1 tenant, $2 below, $3 most.
   *
   * @param state final, and not {@link RunState#SUCCEEDED}: of those no list is kept
   */
  static String ended(RunState state) {
    return switch (state) {
      case FAILED -> FAILED;
      case DEAD -> DEAD;
      case CANCELED -> CANCELED;
      case MISSED -> MISSED;
      case SKIPPED -> SKIPPED;
      default -> throw new IllegalArgumentException("no list is kept of runs that are " + state);
    };
  }

  private static final String FAILED = ENDED.formatted(RunState.FAILED);
  private static final String DEAD = ENDED.formatted(RunState.DEAD);
  private static final String CANCELED = ENDED.formatted(RunState.CANCELED);
  private static final String MISSED = ENDED.formatted(RunState.MISSED);
  private static final String SKIPPED = ENDED.formatted(RunState.SKIPPED);

  private RunShownSql() {}
}
