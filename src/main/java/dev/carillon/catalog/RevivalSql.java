package dev.carillon.catalog;

/**
 * How runs that ended are retried or discarded, one or thousands alike. The runs are locked first;
 * only then is read how they stand: what is seen then stays so. No clock of a schedule is locked: a
 * retried run of which others are to be waited for never takes the place itself, it is held, and
 * only who has the clock lets it go. What is told stands in rows of 500 runs, for whoever reads
 * them.
 */
final class RevivalSql {

  /** $1 runs, $2 tenant. */
  static final String LOCK =
      """
      select r.id from runs r where r.id = any($1) and r.tenant_id = $2 order by r.id for update
      """;

  /**
   * Of some runs those that have ended so and fit. Nothing is locked. $1 runs, $2 tenant, $3 final
   * state, $4 job key or null, $5 schedule or null, $6 group or null, $7 due from (inclusive) or
   * null, $8 due to (exclusive) or null, $9 most.
   */
  static final String FITTING =
      """
      select r.id
      from runs r
      cross join lateral (
        select a.final_state from attempts a
        where a.run_id = r.id
        order by a.generation desc, a.attempt desc limit 1
      ) a
      where r.id = any($1) and r.tenant_id = $2
        and a.final_state::text = $3
        and not exists (select from queue q where q.id = r.id)
        and ($4::text is null or r.job_id = (select j.id from jobs j where j.tenant_id = $2 and j.key = $4))
        and ($5::uuid is null or r.schedule_id = $5)
        and ($6::uuid is null or r.group_id = $6)
        and ($7::timestamptz is null or r.due_at >= $7)
        and ($8::timestamptz is null or r.due_at < $8)
      order by r.id desc
      limit $9
      """;

  /**
   * Another generation of runs that FAILED, are DEAD or were CANCELED: due now, its tries counted
   * anew, its attempts numbered on. One of a group waits for the group; one of a schedule of which
   * runs wait for each other waits for them, behind all. A run that was cancelled before it was due
   * is due now and not then. The runs are locked. $1 runs, $2 tenant, $3 now, $4 only those that
   * ended so; null: however.
   */
  static final String RETRY =
      """
      with s as materialized (
        select r.id, r.schedule_id, r.group_id, r.position, r.priority, r.concurrency_key,
               coalesce(j.queue, 'default') as queue, a.attempt, a.generation, a.final_state::text as was,
               case when c.overlap_policy <> 'ALLOW_ALL' then r.schedule_id end as place
        from runs r
        left join lateral (select jobs.queue from jobs where jobs.id = r.job_id offset 0) j on true
        left join lateral (
          select schedules.overlap_policy from schedules where schedules.id = r.schedule_id offset 0
        ) c on true
        cross join lateral (
          select a.attempt, a.generation, a.final_state from attempts a
          where a.run_id = r.id
          order by a.generation desc, a.attempt desc limit 1
        ) a
        where r.id = any($1) and r.tenant_id = $2
          and a.final_state in ('FAILED', 'DEAD', 'CANCELED') and ($4::text is null or a.final_state::text = $4)
          and not exists (select from queue q where q.id = r.id)
      ), again as (
        insert into queue (id, tenant_id, schedule_id, group_id, position, queue, priority, concurrency_key,
                           attempt, generation, aged_from, state, due_at, held_by, held_due, overlap, wanted)
        select s.id, $2, s.schedule_id, s.group_id, s.position, s.queue, s.priority, s.concurrency_key,
               s.attempt, s.generation + 1, $3,
               case when s.group_id is null then 'QUEUED' else 'PENDING' end::queue_state,
               case when s.group_id is null and s.place is null then $3::timestamptz else 'infinity' end,
               case when s.group_id is not null then 'group' when s.place is not null then 'overlap' end,
               case when s.group_id is not null or s.place is not null then $3::timestamptz end,
               case when s.place is not null then 'BUFFER_ALL' end,
               case when s.place is not null then true end
        from s
      ), due as (
        update runs r set due_at = $3
        where r.id = any(array(select s.id from s)) and r.tenant_id = $2 and r.due_at > $3
      ), told as (
        insert into outbox (at, kind, tenant_id, runs, attempts)
        select $3, 'RETRIED', $2, array_agg(p.id order by p.id), array_agg(p.attempt + 1 order by p.id)
        from (select s.id, s.attempt, (row_number() over (order by s.id) - 1) / 500 as piece from s) p
        group by p.piece
        order by p.piece
      )
      select s.id, s.was, s.place, s.group_id, s.queue, s.priority from s
      """;

  /**
   * Ends runs that FAILED or are DEAD once more, as CANCELED: a generation that consists of this
   * end alone, never started. The runs are locked. $1 runs, $2 tenant, $3 now, $4 only those that
   * ended so; null: however.
   */
  static final String DISCARD =
      """
      with s as materialized (
        select r.id, r.group_id, a.attempt, a.generation, a.final_state::text as was
        from runs r
        cross join lateral (
          select a.attempt, a.generation, a.final_state from attempts a
          where a.run_id = r.id
          order by a.generation desc, a.attempt desc limit 1
        ) a
        where r.id = any($1) and r.tenant_id = $2
          and a.final_state in ('FAILED', 'DEAD') and ($4::text is null or a.final_state::text = $4)
          and not exists (select from queue q where q.id = r.id)
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select s.id, s.generation + 1, s.attempt + 1, $2, 'CANCELED', 'CANCELED', $3 from s
      ), told as (
        insert into outbox (at, kind, tenant_id, runs, attempts)
        select $3, 'ENDED', $2, array_agg(p.id order by p.id), array_agg(p.attempt + 1 order by p.id)
        from (select s.id, s.attempt, (row_number() over (order by s.id) - 1) / 500 as piece from s) p
        group by p.piece
        order by p.piece
      )
      select s.id, s.was, null::uuid as place, s.group_id, null::text as queue, null::smallint as priority from s
      """;

  /**
   * Groups of which runs were discarded: they count as cancelled. One element a group: $1 ids, $2
   * how many had FAILED, $3 were DEAD, $4 CANCELED; $5 tenant, $6 now, $7 traceparent.
   */
  static final String GROUPS_DISCARDED =
      """
      with u as materialized (
        select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) as u(id, failed, dead, canceled)
      ), l as materialized (
        select g.id from groups g where g.id = any($1) and g.tenant_id = $5 order by g.id for update
      ), discarded as (
        update groups g
        set failed = g.failed - u.failed, dead = g.dead - u.dead, canceled = g.canceled + u.failed + u.dead,
            version = g.version + 1, updated_at = greatest($6, g.updated_at)
        from u
        where g.id = any(array(select l.id from l)) and g.id = u.id
        returning g as changed
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $6, 'CHANGED', $5, carillon_group_event(d.changed, 'updated', $7) from discarded d
      """;

  private RevivalSql() {}
}
