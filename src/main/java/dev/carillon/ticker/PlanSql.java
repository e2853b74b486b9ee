package dev.carillon.ticker;

/** How schedules become runs. */
final class PlanSql {

  private PlanSql() {}

  /**
   * Schedules that fire up to a horizon: those whose time is still to come before those whose time
   * is past, so that what an outage left holds up nobody. Of the former the earliest first, of the
   * latter the latest: a schedule that was just made is among them. $1 shard, $2 horizon, $3 how
   * many, $4 which are left for later, $5 now.
   */
  static final String DUE =
      """
      select c.schedule_id, c.tenant_id, c.revision, c.next_fire_at, c.last_fire_at, c.rules, c.delay_ms, c.runs_left,
             c.resumes_at, s.key, s.trigger::text as trigger, s.timezone, s.dst_gap, s.dst_overlap, s.created_at,
             s.start_at, s.end_at, s.jitter_ms, s.window_ms, s.calendar, s.exclude_calendar, s.convention,
             s.misfire_policy, s.misfire_grace_ms, s.catch_up_ms, coalesce(c.timed_at, s.updated_at) as timed_at
      from (
        -- Appended in this order: the second is not read where the first is enough.
        (select c.* from clock c
         where c.shard = $1 and c.next_fire_at > $5 and c.next_fire_at <= $2 and c.enabled
           and coalesce(c.runs_left, 1) > 0 and c.schedule_id <> all($4::uuid[])
         order by c.next_fire_at
         limit $3)
        union all
        (select c.* from clock c
         where c.shard = $1 and c.next_fire_at <= $5 and c.enabled
           and coalesce(c.runs_left, 1) > 0 and c.schedule_id <> all($4::uuid[])
         order by c.next_fire_at desc
         limit $3)
        limit $3
      ) c
      join schedules s on s.id = c.schedule_id
      """;

  /**
   * Plans fires: the clocks move and the runs exist, or neither. $1–$3 the lease's name, holder and
   * epoch. One element a schedule: $4 ids, $5 the next fire as it was read, $6 the next fire from
   * now on, $7 revision, $8 last fire, $9 the run that a FIXED_DELAY awaits, $10 when the last of
   * its runs is due, $11 whether it has no fire behind it, $12 how many of its fires become runs; 0
   * where any number may, $13 the tzdata that the next fire was worked out by or null, $14 the last
   * fire that is let go or null. One element a fire: $15 schedule ids, $16 run ids, $17 fire
   * instants, $18 when they are due, $19 until when they may start or null, $20 whether it is only
   * recorded as missed, $21 whether it is late. One element a schedule of whose missed fires some
   * are only counted: $22 ids, $23 how many, $24 and $25 the first and the last, as text, $26 true
   * where there may be more between these. $27 now.
   *
   * <p>Nothing happens under a lease that was taken over: its row is locked FOR SHARE, which a
   * take-over's update waits for, or has already changed. A schedule that was edited since it was
   * read (revision), disabled, or planned by another is left out. So is one whose clock somebody
   * has locked: however long that transaction lasts, no other schedule waits for it; {@code busy}
   * names them. A fire that exists already (its id is its instant) is not made twice.
   *
   * <p>A run that may have to wait for others of its schedule is held, and due at no time that
   * anybody looks for; it is not returned, but counted. What is late goes behind what is on time,
   * though the run keeps its priority.
   */
  static final String PLAN =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), u1 as (
        select * from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::bigint[], $8::timestamptz[],
                             $9::uuid[], $10::timestamptz[], $11::boolean[], $12::int[], $13::text[], $14::timestamptz[])
          as u1(schedule_id, old_next, new_next, revision, last, awaited, last_due, over, used, rules, let_go)
      ), u2 as (
        select * from unnest($15::uuid[], $16::uuid[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[],
                             $20::boolean[], $21::boolean[])
          as u2(schedule_id, run_id, fire_at, due_at, expires_at, missed, late)
      ), l as materialized (
        select c.schedule_id from clock c
        where c.schedule_id = any($4) and exists (select from live)
        order by c.schedule_id
        for update skip locked
      ), there as materialized (
        -- Fires that have a run already use up none. Asked only where the number is limited.
        select u2.schedule_id, count(*)::int as runs
        from u2
        join u1 on u1.schedule_id::text = u2.schedule_id::text and u1.used > 0
        cross join lateral (select r.id from runs r where r.id = u2.run_id offset 0) r
        where not u2.missed
        group by u2.schedule_id
      ), used as materialized (
        select u1.schedule_id, u1.used - coalesce(t.runs, 0) as runs
        from u1 left join there t on t.schedule_id::text = u1.schedule_id::text
      ), moved as (
        update clock c
        set next_fire_at = u1.new_next, last_fire_at = coalesce(u1.last, c.last_fire_at),
            awaited_run = u1.awaited, rules = u1.rules,
            -- What is let go is dealt with as what has fired: no other rules bring it back.
            timed_at = greatest(coalesce(c.timed_at, $27), u1.let_go),
            -- Less what this makes: meanwhile a skipped run may have been given back.
            runs_left = c.runs_left - used.runs,
            ends_at = case when u1.over or c.runs_left - used.runs <= 0 then u1.last_due end
        from u1 join used on used.schedule_id::text = u1.schedule_id::text
        -- Found by the array, joined by text, as in the claim.
        where c.schedule_id = any(array(select l.schedule_id from l)) and c.schedule_id::text = u1.schedule_id::text
          and c.next_fire_at = u1.old_next and c.revision = u1.revision and c.enabled
        returning c.schedule_id
      ), f as materialized (
        select u2.run_id, u2.fire_at, u2.due_at, u2.expires_at, u2.missed, u2.late, s.id as schedule_id, s.tenant_id,
               s.job_id, s.target, nullif(s.overlap_policy, 'ALLOW_ALL') as overlap,
               coalesce(s.priority, j.priority, 2) as priority, coalesce(j.queue, 'default') as queue,
               case when j.params is null then s.params when s.params is null then j.params
                    else j.params || s.params end as params,
               s.retry, s.scope, j.concurrency_key as template
        from u2
        join moved on moved.schedule_id = u2.schedule_id
        join schedules s on s.id = u2.schedule_id
        left join jobs j on j.id = s.job_id
      ), written as (
        insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, expires_at, created_at, priority,
                          target, params, scope, retry, concurrency_key)
        select f.run_id, f.tenant_id, f.job_id, f.schedule_id, f.fire_at, f.due_at, f.expires_at, $27, f.priority,
               f.target, f.params, f.scope, f.retry,
               -- Asked first here: most jobs have none, and need not pay for a call.
               case when f.template is not null then carillon_concurrency_key(f.template, f.params, f.scope) end
        from f
        on conflict do nothing
        returning id, concurrency_key
      ), queued as (
        insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, held_by, held_due, overlap,
                           concurrency_key)
        select f.run_id, f.tenant_id, f.schedule_id, f.queue,
               case when f.late then least(4, f.priority + 1) else f.priority end,
               case when f.overlap is null then f.due_at else 'infinity' end,
               case when f.overlap is not null then 'overlap' end,
               case when f.overlap is not null then f.due_at end, f.overlap, written.concurrency_key
        from f join written on written.id = f.run_id
        where not f.missed
        returning id, tenant_id, queue, priority, due_at, held_by
      ), expiring as (
        insert into expiries (run_id, tenant_id, expires_at)
        select f.run_id, f.tenant_id, f.expires_at
        from f join written on written.id = f.run_id
        where f.expires_at is not null and not f.missed
      ), let_go as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select f.run_id, 1, 1, f.tenant_id, 'MISSED', 'MISSED', $27
        from f join written on written.id = f.run_id
        where f.missed
        returning run_id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        select $27, 'ENDED', array_agg(let_go.run_id), array_agg(1) from let_go
        having count(*) > 0
      ), counted as (
        -- The version rises with every event of a schedule, so that their sequences do.
        update schedules s
        set version = s.version + 1
        from unnest($22::uuid[], $23::bigint[], $24::text[], $25::text[], $26::boolean[])
          as u3(schedule_id, count, since, until, at_least)
        join moved on moved.schedule_id = u3.schedule_id
        where s.id = u3.schedule_id
        returning s.id, s.tenant_id, s.key, s.job_id, s.version, u3.count, u3.since, u3.until, u3.at_least
      ), summed as (
        insert into outbox (at, kind, tenant_id, payload)
        select $27, 'CHANGED', n.tenant_id, jsonb_build_object(
          'type', 'scheduler.run.missed', 'subject', 'schedules/' || n.id, 'sequence', n.version * 10 + 8,
          'data', jsonb_strip_nulls(jsonb_build_object(
            'id', n.id, 'tenant', n.tenant_id, 'key', n.key,
            'jobKey', (select j.key from jobs j where j.id = n.job_id),
            'count', n.count, 'atLeast', case when n.at_least then true end, 'from', n.since, 'to', n.until)))
        from counted n
      )
      select (select count(*) from moved) as moved,
             (select count(*) from queued where queued.held_by is not null) as held,
             (select array_agg(c.schedule_id) from clock c
              where c.schedule_id = any($4) and exists (select from live)
                and c.schedule_id <> all(array(select l.schedule_id from l))) as busy,
             q.id, q.tenant_id, q.queue, q.priority, q.due_at
      from (select 1) as always
      left join queued q on q.held_by is null
      """;
}
