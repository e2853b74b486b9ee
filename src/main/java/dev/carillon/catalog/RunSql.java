package dev.carillon.catalog;

/** What is asked of runs, their queue rows and their attempts in one tenant's name. */
final class RunSql {

  /** What a new run takes from its job. $1 tenant, $2 key. */
  static final String JOB =
      """
      select j.id, j.key, j.status, j.priority, j.queue, j.params::text as params
      from jobs j
      where j.tenant_id = $1 and j.key = $2
      """;

  /**
   * What a run that is triggered by hand takes from its schedule and job. $1 tenant, $2 id, $3 key.
   */
  static final String SCHEDULE =
      """
      select s.id as schedule_id, s.status as schedule_status, s.status_reason,
             s.target::text as target, s.params::text as schedule_params, s.priority as schedule_priority,
             s.overlap_policy,
             j.id, j.key, j.status, j.priority, j.queue, j.params::text as params
      from schedules s left join jobs j on j.id = s.job_id and j.tenant_id = s.tenant_id
      where s.tenant_id = $1 and (s.id = $2 or s.key = $3)
      """;

  /** A job is in use from its first run on. $1 tenant, $2 id. */
  static final String ACTIVATE =
      """
      update jobs set status = 'ACTIVE' where tenant_id = $1 and id = $2 and status = 'CREATED'
      """;

  /**
   * The primary key decides who is first; whoever waits for the first one's commit here gets no
   * row, and reads in the next statement whose the key is. $1 tenant, $2 key, $3 run.
   */
  static final String CLAIM_KEY =
      """
      insert into dedupe_keys (tenant_id, namespace, key, run_id)
      values ($1, 'run', $2, $3)
      on conflict do nothing
      returning run_id
      """;

  /** $1 tenant, $2 key. */
  static final String KEY_OF =
      """
      select run_id from dedupe_keys where tenant_id = $1 and namespace = 'run' and key = $2
      """;

  /**
   * Serialises whoever starts runs of a schedule: until this transaction ends no fire of it is
   * planned, and none that waits is decided about. $1 schedule, $2 tenant.
   */
  static final String LOCK_CLOCK =
      """
      select c.schedule_id from clock c where c.schedule_id = $1 and c.tenant_id = $2 for update
      """;

  /**
   * The live runs of a schedule whose time has come: who has the place, and who waits for it. Read
   * after the clock was locked. $1 schedule, $2 tenant, $3 now.
   */
  static final String OTHERS =
      """
      select q.id, q.state::text as state, q.cancel_requested, q.overlap, r.due_at,
             coalesce(q.held_by = 'overlap', false) as waits, coalesce(q.wanted, false) as wanted
      from queue q
      join runs r on r.id = q.id
      where q.schedule_id = $1 and q.tenant_id = $2
        and (r.due_at <= $3 or q.state <> 'QUEUED' or q.attempt > 0)
      """;

  /**
   * The run and its queue row. $1 id, $2 tenant, $3 job, $4 schedule, $5 due, $6 created, $7
   * priority, $8 dedupe key, $9 traceparent, $10 target, $11 params, $12 scope, $13 queue, $14
   * until when it must have started or null, $15 what it does when others of its schedule live or
   * null, $16 whether it waits for them.
   */
  static final String INSERT =
      """
      with written as (
        insert into runs (id, tenant_id, job_id, schedule_id, due_at, created_at, priority, dedupe_key, trace,
                          target, params, scope, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12::text::jsonb, $14)
      ), expires as (
        insert into expiries (run_id, tenant_id, expires_at)
        select $1, $2, $14::timestamptz where $14::timestamptz is not null
      )
      insert into queue (id, tenant_id, schedule_id, due_at, priority, queue, overlap, held_by, held_due)
      values ($1, $2, $4, case when $16 then 'infinity' else $5::timestamptz end, $7, $13, $15,
              case when $16 then 'overlap' end, case when $16 then $5::timestamptz end)
      """;

  /**
   * A run that is skipped as soon as it is asked for: it is written, and told of, like any other
   * that ends without a worker. The first 13 as those of {@link #INSERT}, without the queue.
   */
  static final String INSERT_SKIPPED =
      """
      with written as (
        insert into runs (id, tenant_id, job_id, schedule_id, due_at, created_at, priority, dedupe_key, trace,
                          target, params, scope)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12::text::jsonb)
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        values ($1, 1, 1, $2, 'SKIPPED', 'SKIPPED', $6)
      )
      insert into outbox (at, kind, tenant_id, runs, attempts)
      values ($6, 'ENDED', $2, array[$1::uuid], array[1])
      """;

  /**
   * Runs as they are shown, newest first. The state is the queue row's while there is one, else the
   * last attempt's final one: read in one statement, so that a run that ends meanwhile is seen
   * before or after, never in between. A queue row that is QUEUED or waits for a retry changes by
   * time alone; it also says when the run goes on, which a retry puts off. One that is held has no
   * such instant, and shows the run's own; one that is held for others of its schedule is, until
   * then, scheduled like any other. $1 ids, $2 tenant, $3 now, $4 whether with all attempts, $5
   * state or null, $6 job key or null, $7 schedule or null, $8 due from (inclusive) or null, $9 due
   * to (exclusive) or null, $10 most.
   */
  static final String READ =
      """
      with read as (
        select r.id, r.tenant_id, r.schedule_id, r.fire_at, coalesce(nullif(q.due_at, 'infinity'), r.due_at) as due_at,
               r.expires_at, r.created_at, r.priority, r.dedupe_key,
               r.trace, r.target::text as target, r.params::text as params, r.scope::text as scope,
               j.key as job_key, (j.retry ->> 'maxAttempts')::int as max_attempts,
               q.locked_by, q.locked_at,
               case when q.held_by = 'overlap' and r.due_at > $3 then null else q.held_by end as held_by,
               coalesce(q.attempt, a.attempt, 0) as attempt,
               coalesce(q.generation, a.generation, 1) as generation,
               a.started_at, a.finished_at, a.error::text as error, a.output::text as output,
               case q.state
                 when 'RUNNING' then 'RUNNING'
                 when 'PENDING' then 'PENDING'
                 when 'QUEUED' then
                   case when (q.held_by is null and q.due_at > $3) or (q.held_by = 'overlap' and r.due_at > $3)
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
                 'params', read.params::json, 'jobVersion', a.job_version,
                 'startedAt', to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'finishedAt', to_char(a.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'exitCode', a.exit_code, 'error', a.error, 'output', a.output)
                 order by a.generation, a.attempt)::text
               from attempts a where a.run_id = read.id
             ) end as attempts
      from read
      where ($5::text is null or state = $5)
        and ($6::text is null or job_key = $6)
        and ($7::uuid is null or schedule_id = $7)
        and ($8::timestamptz is null or due_at >= $8)
        and ($9::timestamptz is null or due_at < $9)
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

  /** By attempts_not_succeeded. $1 tenant, $2 below, $3 most, $4 final state. */
  static final String NOT_SUCCEEDED =
      """
      select distinct run_id as id from attempts
      where tenant_id = $1 and run_id < $2 and outcome <> 'SUCCEEDED' and final_state = $4::text::run_state
      order by id desc limit $3
      """;

  private RunSql() {}
}
