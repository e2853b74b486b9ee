package dev.carillon.catalog;

/**
 * How runs are made again. Runs are locked first and looked at in a second statement: what is seen
 * then stays so.
 */
final class BackfillSql {

  /**
   * Locks the schedule's clock where its runs may wait for each other: under the lock nobody else
   * plans, triggers or admits them. Those that wait for nobody are made beside its live fires. $1
   * schedule, $2 tenant, $3 whether those of the backfill wait.
   */
  static final String LOCK_CLOCK =
      """
      select c.schedule_id
      from clock c
      join schedules s on s.id = c.schedule_id
      where c.schedule_id = $1 and c.tenant_id = $2 and ($3 or s.overlap_policy <> 'ALLOW_ALL')
      for update of c
      """;

  /** What is needed of it and its job. $1 schedule, $2 tenant. */
  static final String SOURCE =
      """
      select s.id, s.params::text as schedule_params, j.id as job_id, j.key as job_key, j.status as job_status,
             j.version as job_version, j.params::text as params, j.params_schema is not null as has_schema
      from schedules s
      left join jobs j on j.id = s.job_id
      where s.id = $1 and s.tenant_id = $2
      """;

  /** $1 runs, $2 tenant. */
  static final String LOCK =
      """
      select r.id from runs r where r.id = any($1) and r.tenant_id = $2 order by r.id for update
      """;

  /** How the locked runs stand. $1 runs, $2 tenant. */
  static final String STANDING =
      """
      select r.id, q.id is not null as lives, a.generation, a.attempt, a.final_state::text as final_state
      from runs r
      left join queue q on q.id = r.id
      left join lateral (
        select a.* from attempts a
        where a.run_id = r.id
        order by a.generation desc, a.attempt desc limit 1
      ) a on true
      where r.id = any($1) and r.tenant_id = $2
      """;

  /**
   * Makes the runs that are not there yet; one that the ticker makes at the same moment is left to
   * it. $1 runs, $2 fires, $3 when they are due, $4 schedule, $5 tenant, $6 now, $7 overlap policy;
   * null: none of them waits. What lives goes before what is made up for, so they stand one
   * priority lower.
   */
  static final String CREATE =
      """
      with f as materialized (
        select * from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as f(run_id, fire_at, due_at)
      ), s as materialized (
        select s.id, s.tenant_id, s.job_id, s.target, s.overlap_policy, coalesce(s.priority, j.priority, 2) as priority,
               coalesce(j.queue, 'default') as queue,
               case when j.params is null then s.params when s.params is null then j.params
                    else j.params || s.params end as params,
               s.retry, s.scope, j.concurrency_key as template
        from schedules s left join jobs j on j.id = s.job_id
        where s.id = $4 and s.tenant_id = $5
      ), written as (
        insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, created_at, priority, target, params,
                          scope, retry, concurrency_key)
        select f.run_id, s.tenant_id, s.job_id, s.id, f.fire_at, f.due_at, $6, s.priority, s.target, s.params,
               s.scope, s.retry,
               case when s.template is not null then carillon_concurrency_key(s.template, s.params, s.scope) end
        from f cross join s
        order by f.run_id
        on conflict do nothing
        returning id, due_at, concurrency_key
      )
      insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, overlap, held_by, held_due, wanted,
                         concurrency_key)
      select w.id, s.tenant_id, s.id, s.queue, least(4, s.priority + 1),
             case when $7::text is null then w.due_at else 'infinity' end,
             -- Also who waits for nobody says so, where others of the schedule wait for its end.
             coalesce($7, case when s.overlap_policy <> 'ALLOW_ALL' then 'ALLOW_ALL' end),
             case when $7::text is null then null else 'overlap' end,
             case when $7::text is null then null else w.due_at end, true, w.concurrency_key
      from written w cross join s
      returning id, tenant_id, queue, priority, due_at < 'infinity' as announced
      """;

  /**
   * Revives runs that were let go: another generation, whose attempts are counted on. Their rows
   * are locked. $1 runs, $2 when they are due, $3 attempts, $4 generations so far, $5 tenant, $6
   * overlap policy; null: none of them waits.
   */
  static final String REVIVE =
      """
      with f as materialized (
        select * from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[])
          as f(run_id, due_at, attempt, generation)
      ), again as (
        update runs r set due_at = f.due_at
        from f
        where r.id = any($1) and r.id = f.run_id and r.tenant_id = $5
        returning r.id, r.tenant_id, r.schedule_id, r.priority, r.job_id, r.concurrency_key
      )
      insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, attempt, generation, overlap, held_by,
                         held_due, wanted, concurrency_key)
      select r.id, r.tenant_id, r.schedule_id, coalesce(j.queue, 'default'), least(4, r.priority + 1),
             case when $6::text is null then f.due_at else 'infinity' end, f.attempt, f.generation + 1,
             coalesce($6, case when s.overlap_policy <> 'ALLOW_ALL' then 'ALLOW_ALL' end),
             case when $6::text is null then null else 'overlap' end,
             case when $6::text is null then null else f.due_at end, true, r.concurrency_key
      from again r
      join f on f.run_id = r.id
      join schedules s on s.id = r.schedule_id
      left join jobs j on j.id = r.job_id
      returning id, tenant_id, queue, priority, due_at < 'infinity' as announced
      """;

  /**
   * $1 id, $2 tenant, $3 schedule, $4 from, $5 to, $6 overlap policy, $7 rate, $8 planned, $9
   * revived, $10 left alone, $11 now, $12 runs, $13 their generations.
   */
  static final String INSERT =
      """
      with made as (
        insert into backfills (id, tenant_id, schedule_id, from_at, to_at, overlap_policy, rate, planned, revived,
                               left_alone, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      )
      insert into backfill_runs (backfill_id, run_id, tenant_id, generation)
      select $1, f.run_id, $2, f.generation
      from unnest($12::uuid[], $13::int[]) as f(run_id, generation)
      """;

  /**
   * A backfill and how far its runs have come. A run that has ended since has no row in the queue;
   * what it came to is the last attempt's final state. $1 id, $2 tenant, $3 schedule, $4 now.
   */
  static final String READ =
      """
      select b.*, counted.states::text as states, counted.open
      from backfills b
      cross join lateral (
        select coalesce(jsonb_object_agg(grouped.state, grouped.n), '{}') as states,
               coalesce(sum(grouped.n) filter (where grouped.lives), 0)::int as open
        from (
          select stood.state, stood.lives, count(*)::int as n
          from (
            select case
                     when q.id is null then coalesce(a.final_state::text, 'SCHEDULED')
                     when q.state = 'QUEUED' and q.attempt = 0 and r.due_at > $4 then 'SCHEDULED'
                     when q.state = 'RETRY_SCHEDULED' and q.due_at <= $4 then 'QUEUED'
                     else q.state::text
                   end as state,
                   q.id is not null as lives
            from backfill_runs br
            join runs r on r.id = br.run_id
            -- Of the generation that it asked for: one that was let go may have been revived by another.
            left join queue q on q.id = br.run_id and q.generation = br.generation
            left join lateral (
              select a.final_state from attempts a
              where a.run_id = br.run_id and a.generation = br.generation
              order by a.generation desc, a.attempt desc limit 1
            ) a on true
            where br.backfill_id = b.id
          ) stood
          group by stood.state, stood.lives
        ) grouped
      ) counted
      where b.id = $1 and b.tenant_id = $2 and b.schedule_id = $3
      """;

  /** $1 id, $2 tenant, $3 schedule, $4 now. */
  static final String CANCEL =
      """
      update backfills set canceled_at = $4
      where id = $1 and tenant_id = $2 and schedule_id = $3 and canceled_at is null
      returning id
      """;

  /**
   * Ends what a backfill has made and nobody is at, also what waits for another try; what was
   * revived since by another backfill is that one's. A row that somebody has locked is waited for:
   * it may be given its place at this moment, and would run. $1 backfill, $2 tenant, $3 now.
   */
  static final String END_WAITING =
      """
      with l as materialized (
        select q.id, q.attempt, q.generation
        from backfill_runs br
        join queue q on q.id = br.run_id and q.generation = br.generation
        where br.backfill_id = $1 and q.tenant_id = $2 and q.state in ('QUEUED', 'RETRY_SCHEDULED')
        order by q.id
        for update of q
      ), ended as (
        delete from queue where id = any(array(select l.id from l))
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select l.id, l.generation, l.attempt + 1, $2, 'CANCELED', 'CANCELED', $3 from l
      )
      insert into outbox (at, kind, tenant_id, runs, attempts)
      select $3, 'ENDED', $2, array_agg(l.id), array_agg(l.attempt + 1) from l
      having count(*) > 0
      """;

  private BackfillSql() {}
}
