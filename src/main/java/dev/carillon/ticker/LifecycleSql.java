package dev.carillon.ticker;

/**
 * What becomes of schedules without anybody's doing. Sequences of their events: the version times
 * ten, and the rank of the kind; ranks 1 to 5 are shared with the catalog, 6 is parked, 7
 * exhausted, 8 (in {@link PlanSql#PLAN}) missed fires that are only counted.
 */
final class LifecycleSql {

  private LifecycleSql() {}

  /**
   * Whether there is anything to do for the statements below, which is seldom: one look into each
   * of their indexes, which hold the few that they may concern. $1 now.
   */
  static final String WAITING =
      """
      select exists (select from clock c where c.ends_at <= $1) as ending,
             exists (select from clock c where c.resumes_at <= $1) as resuming,
             exists (select from schedules s where s.delete_after_completion and s.status = 'EXHAUSTED') as completed,
             exists (select from clock c
                     where c.rules is null and c.next_fire_at is not null
                       and case when c.next_fire_at > $1 and c.enabled and c.delay_ms is null then true else false end)
               as unruled
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
      select $4, 'CHANGED', x.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.parked', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 6,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
          'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
          'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
          'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
      from parked x
      """;

  /**
   * Schedules whose time of pause is over. One that has nothing to fire any more ends with it. $1
   * now, $2 how many at once.
   */
  static final String RESUME =
      """
      with due as (
        select c.schedule_id from clock c
        where c.resumes_at <= $1
        order by c.schedule_id
        limit $2
        for update skip locked
      ), resumed as (
        update clock c
        set resumes_at = null,
            ends_at = case when c.next_fire_at is null and c.awaited_run is null then coalesce(c.ends_at, $1)
                           else c.ends_at end
        from due where c.schedule_id = due.schedule_id
        returning c.schedule_id
      ), active as (
        update schedules s
        set paused_until = null, status = case when o.was_paused then 'ACTIVE' else s.status end,
            status_reason = case when o.was_paused then null else s.status_reason end,
            version = s.version + 1, updated_at = $1
        from (
          select p.id, p.status = 'PAUSED' and p.enabled as was_paused
          from schedules p join resumed on resumed.schedule_id = p.id
        ) o
        where s.id = o.id
        returning s.*, o.was_paused
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $1, 'CHANGED', x.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.enabled', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 3,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
          'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
          'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
          'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
      from active x
      where x.was_paused
      """;

  /**
   * Schedules whose last fire is past are exhausted; usually none. Where the number of runs was
   * limited, not before each of them has been decided about: one that is skipped gives its place
   * back, and then there may be another fire. $1 now, $2 how many at once.
   */
  static final String EXHAUST =
      """
      with due as (
        select c.schedule_id from clock c
        where c.ends_at <= $1
          and (c.runs_left is null
               or not exists (select from queue q where q.schedule_id = c.schedule_id and q.held_by = 'overlap'))
        order by c.schedule_id
        limit $2
        for update skip locked
      ), stopped as (
        update clock c
        set ends_at = null,
            -- The run that a FIXED_DELAY awaits stays: who allows more runs meanwhile wants none beside it.
            next_fire_at = case when c.runs_left = 0 then null else c.next_fire_at end
        from due where c.schedule_id = due.schedule_id
        returning c.schedule_id,
                  c.next_fire_at is null and (c.awaited_run is null or coalesce(c.runs_left = 0, false)) as over
      ), exhausted as (
        update schedules s
        set status = 'EXHAUSTED', status_reason = null, version = s.version + 1, updated_at = $1
        from stopped
        where s.id = stopped.schedule_id and stopped.over and s.status = 'ACTIVE'
        returning s.*
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $1, 'CHANGED', x.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.exhausted', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 7,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
          'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
          'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
          'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
      from exhausted x
      """;

  /**
   * Exhausted schedules that are to go with their last run, and it has ended. Clocks are locked
   * with them, as every edit does first; what somebody is editing is left alone. $1 now, $2 how
   * many at once.
   */
  static final String DELETE_COMPLETED =
      """
      with over as materialized (
        select s.id
        from schedules s join clock c on c.schedule_id = s.id
        where s.delete_after_completion and s.status = 'EXHAUSTED'
          and not exists (select from queue q where q.schedule_id = s.id)
        order by s.id
        limit $2
        for update of c, s skip locked
      ), gone as (
        delete from schedules s where s.id = any(array(select over.id from over))
        returning s.id, s.tenant_id, s.key, s.name, s.job_id, s.trigger, s.timezone, s.dst_gap, s.dst_overlap, s.enabled,
                  s.status, s.status_reason, s.version + 1 as version
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $1, 'CHANGED', x.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.deleted', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 5,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
          'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
          'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
          'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
      from gone x
      """;
}
