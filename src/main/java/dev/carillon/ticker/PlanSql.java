package dev.carillon.ticker;

/** How schedules become runs. */
final class PlanSql {

  private PlanSql() {}

  /**
   * Schedules that fire up to a horizon, the earliest first. $1 shard, $2 horizon, $3 how many, $4
   * which are left for later.
   */
  static final String DUE =
      """
      select c.schedule_id, c.tenant_id, c.revision, c.next_fire_at, c.last_fire_at, c.rules, c.delay_ms,
             s.key, s.trigger::text as trigger, s.timezone, s.dst_gap, s.dst_overlap, s.created_at,
             coalesce(c.timed_at, s.updated_at) as timed_at
      from clock c
      join schedules s on s.id = c.schedule_id
      where c.shard = $1 and c.next_fire_at <= $2 and c.enabled and c.schedule_id <> all($4::uuid[])
      order by c.next_fire_at
      limit $3
      """;

  /**
   * Plans fires: the clocks move and the runs exist, or neither. $1–$3 the lease's name, holder and
   * epoch. One element a schedule: $4 ids, $5 the next fire as it was read, $6 the next fire from
   * now on, $7 revision, $8 last fire, $9 the run that a FIXED_DELAY awaits, $10 when the schedule
   * has ended. One element a fire: $11 schedule ids, $12 run ids, $13 fire instants, $14 whether it
   * is only recorded as missed. $15 now, $16 the tzdata that the next fires were worked out by.
   *
   * <p>Nothing happens under a lease that was taken over: its row is locked FOR SHARE, which a
   * take-over's update waits for, or has already changed. A schedule that was edited since it was
   * read (revision), disabled, or planned by another is left out. A fire that exists already (its
   * id is its instant) is not made twice.
   */
  static final String PLAN =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), u1 as (
        select * from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::bigint[], $8::timestamptz[],
                             $9::uuid[], $10::timestamptz[])
          as u1(schedule_id, old_next, new_next, revision, last, awaited, ends_at)
      ), u2 as (
        select * from unnest($11::uuid[], $12::uuid[], $13::timestamptz[], $14::boolean[])
          as u2(schedule_id, run_id, fire_at, missed)
      ), l as materialized (
        select c.schedule_id from clock c
        where c.schedule_id = any($4) and exists (select from live)
        order by c.schedule_id
        for update
      ), moved as (
        update clock c
        set next_fire_at = u1.new_next, last_fire_at = coalesce(u1.last, c.last_fire_at),
            awaited_run = u1.awaited, ends_at = u1.ends_at, rules = $16,
            timed_at = coalesce(c.timed_at, $15)
        from u1
        -- Found by the array, joined by text, as in the claim.
        where c.schedule_id = any(array(select l.schedule_id from l)) and c.schedule_id::text = u1.schedule_id::text
          and c.next_fire_at = u1.old_next and c.revision = u1.revision and c.enabled
        returning c.schedule_id
      ), f as materialized (
        select u2.run_id, u2.fire_at, u2.missed, s.id as schedule_id, s.tenant_id, s.job_id, s.target,
               coalesce(s.priority, j.priority, 2) as priority, coalesce(j.queue, 'default') as queue,
               case when j.params is null then s.params when s.params is null then j.params
                    else j.params || s.params end as params
        from u2
        join moved on moved.schedule_id = u2.schedule_id
        join schedules s on s.id = u2.schedule_id
        left join jobs j on j.id = s.job_id
      ), written as (
        insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, created_at, priority, target, params)
        select f.run_id, f.tenant_id, f.job_id, f.schedule_id, f.fire_at, f.fire_at, $15, f.priority, f.target,
               f.params
        from f
        on conflict do nothing
        returning id
      ), queued as (
        insert into queue (id, tenant_id, schedule_id, queue, priority, due_at)
        select f.run_id, f.tenant_id, f.schedule_id, f.queue, f.priority, f.fire_at
        from f join written on written.id = f.run_id
        where not f.missed
        returning id, tenant_id, queue, priority, due_at
      ), let_go as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select f.run_id, 1, 1, f.tenant_id, 'MISSED', 'MISSED', $15
        from f join written on written.id = f.run_id
        where f.missed
        returning run_id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        select $15, 'ENDED', array_agg(let_go.run_id), array_agg(1) from let_go
        having count(*) > 0
      )
      select (select count(*) from moved) as moved, q.id, q.tenant_id, q.queue, q.priority, q.due_at
      from (select 1) as always
      left join queued q on true
      """;

  /**
   * Parks a schedule that cannot be evaluated, unless it was edited meanwhile. $1 id, $2 revision,
   * $3 reason, $4 now.
   */
  static final String PARK =
      """
      with stopped as (
        update clock set next_fire_at = null, revision = revision + 1
        where schedule_id = $1 and revision = $2
        returning schedule_id
      ), parked as (
        update schedules s
        set status = 'PARKED', status_reason = $3, version = s.version + 1, updated_at = $4
        from stopped where s.id = stopped.schedule_id
        returning s.*
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $4, 'CHANGED', p.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.parked', 'subject', 'schedules/' || p.id, 'sequence', p.version * 10 + 6,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', p.id, 'tenant', p.tenant_id, 'key', p.key, 'name', p.name,
          'jobKey', (select j.key from jobs j where j.id = p.job_id), 'trigger', p.trigger,
          'timezone', p.timezone, 'dstGap', p.dst_gap, 'dstOverlap', p.dst_overlap, 'enabled', p.enabled,
          'status', p.status, 'statusReason', p.status_reason,
          'version', p.version)))
      from parked p
      """;

  /** Schedules whose last fire is past are exhausted; usually none. $1 now, $2 how many at once. */
  static final String EXHAUST =
      """
      with due as (
        select c.schedule_id from clock c
        where c.ends_at <= $1
        order by c.schedule_id
        limit $2
        for update skip locked
      ), stopped as (
        update clock c set ends_at = null
        from due where c.schedule_id = due.schedule_id
        returning c.schedule_id, c.next_fire_at
      ), exhausted as (
        update schedules s
        set status = 'EXHAUSTED', status_reason = null, version = s.version + 1, updated_at = $1
        from stopped
        where s.id = stopped.schedule_id and stopped.next_fire_at is null and s.status = 'ACTIVE'
        returning s.*
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $1, 'CHANGED', e.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.exhausted', 'subject', 'schedules/' || e.id, 'sequence', e.version * 10 + 7,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', e.id, 'tenant', e.tenant_id, 'key', e.key, 'name', e.name,
          'jobKey', (select j.key from jobs j where j.id = e.job_id), 'trigger', e.trigger,
          'timezone', e.timezone, 'dstGap', e.dst_gap, 'dstOverlap', e.dst_overlap, 'enabled', e.enabled,
          'status', e.status, 'version', e.version)))
      from exhausted e
      """;
}
