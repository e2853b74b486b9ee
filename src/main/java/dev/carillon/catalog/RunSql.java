package dev.carillon.catalog;

/** How runs are made in one tenant's name. */
final class RunSql {

  /** What a new run takes from its job. $1 tenant, $2 key. */
  static final String JOB =
      """
      select j.id, j.key, j.status, j.priority, j.queue, j.params::text as params, j.version, j.concurrency_key,
             j.dedupe_window_ms, j.params_schema is not null as has_schema
      from jobs j
      where j.tenant_id = $1 and j.key = $2
      """;

  /** $1 tenant, $2 id. */
  static final String SCHEMA =
      """
      select j.version, j.params_schema::text as params_schema from jobs j where j.tenant_id = $1 and j.id = $2
      """;

  /**
   * What a run that is triggered by hand takes from its schedule and job. $1 tenant, $2 id, $3 key.
   */
  static final String SCHEDULE =
      """
      select s.id as schedule_id, s.status as schedule_status, s.status_reason,
             s.target::text as target, s.params::text as schedule_params, s.priority as schedule_priority,
             s.overlap_policy, s.retry::text as retry, s.scope::text as schedule_scope,
             j.id, j.key, j.status, j.priority, j.queue, j.params::text as params, j.version, j.concurrency_key,
             j.dedupe_window_ms, j.params_schema is not null as has_schema
      from schedules s left join jobs j on j.id = s.job_id and j.tenant_id = s.tenant_id
      where s.tenant_id = $1 and (s.id = $2 or s.key = $3)
      """;

  /** A job is in use from its first run on. $1 tenant, $2 id. */
  static final String ACTIVATE =
      """
      update jobs set status = 'ACTIVE' where tenant_id = $1 and id = $2 and status = 'CREATED'
      """;

  /**
   * The primary key decides who is first, also who is first to take over one that has expired;
   * whoever waits for the first one's commit here gets no row, and reads in the next statement
   * whose the key is. Until then nobody deletes it: a row that is left as it is has been locked all
   * the same. $1 tenant, $2 key, $3 run, $4 until when it counts or null, $5 now.
   */
  static final String CLAIM_KEY =
      """
      insert into dedupe_keys (tenant_id, namespace, key, run_id, expires_at)
      values ($1, 'run', $2, $3, $4)
      on conflict (tenant_id, namespace, key) do update
      set run_id = excluded.run_id, expires_at = excluded.expires_at
      where dedupe_keys.expires_at <= $5
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
   * priority, $8 dedupe key, $9 traceparent, $10 target, $11 params, $12 scope, $13 retry, $14
   * concurrency key, $15 labels, $16 what the job makes concurrency keys from or null, $17 queue,
   * $18 until when it must have started or null, $19 what it does when others of its schedule live
   * or null, $20 whether it waits for them, $21 group, $22 its position there. One of a group waits
   * until the group lets it go.
   */
  static final String INSERT =
      """
      with k as materialized (
        select case when $16::text is null then $14::text
                    else coalesce($14, carillon_concurrency_key($16, $11::text::jsonb, $12::text::jsonb)) end as key
      ), written as (
        insert into runs (id, tenant_id, job_id, schedule_id, due_at, created_at, priority, dedupe_key, trace,
                          target, params, scope, retry, concurrency_key, labels, expires_at, group_id, position)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12::text::jsonb,
               $13::text::jsonb, k.key, $15::text::jsonb, $18, $21, $22
        from k
      ), expires as (
        insert into expiries (run_id, tenant_id, expires_at)
        select $1, $2, $18::timestamptz where $18::timestamptz is not null
      )
      insert into queue (id, tenant_id, schedule_id, due_at, priority, queue, overlap, held_by, held_due,
                         concurrency_key, group_id, position, state)
      select $1, $2, $4, case when $20 or $21::uuid is not null then 'infinity' else $5::timestamptz end, $7, $17, $19,
             case when $21::uuid is not null then 'group' when $20 then 'overlap' end,
             case when $20 or $21::uuid is not null then $5::timestamptz end,
             k.key, $21, $22, case when $21::uuid is not null then 'PENDING' else 'QUEUED' end::queue_state
      from k
      """;

  /**
   * A run that is skipped as soon as it is asked for: it is written, and told of, like any other
   * that ends without a worker. The first 16 as those of {@link #INSERT}, without the queue.
   */
  static final String INSERT_SKIPPED =
      """
      with written as (
        insert into runs (id, tenant_id, job_id, schedule_id, due_at, created_at, priority, dedupe_key, trace,
                          target, params, scope, retry, concurrency_key, labels)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12::text::jsonb,
                $13::text::jsonb,
                coalesce($14::text, carillon_concurrency_key($16, $11::text::jsonb, $12::text::jsonb)),
                $15::text::jsonb)
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        values ($1, 1, 1, $2, 'SKIPPED', 'SKIPPED', $6)
      )
      insert into outbox (at, kind, tenant_id, runs, attempts)
      values ($6, 'ENDED', $2, array[$1::uuid], array[1])
      """;

  private RunSql() {}
}
