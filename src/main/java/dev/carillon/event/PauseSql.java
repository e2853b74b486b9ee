package dev.carillon.event;

/** How schedules are paused of which too many runs failed in a row. */
final class PauseSql {

  private PauseSql() {}

  /** Schedules that are to be paused. */
  static final String PENDING =
      """
      select s.id
      from schedules s
      join schedule_counts n on n.schedule_id = s.id
      where s.pause_after_failures is not null and s.enabled and n.failures_in_row >= s.pause_after_failures
      order by s.id
      """;

  /**
   * As every edit: the clock first. It is not waited for, since whoever has it waits for nobody's
   * events. $1–$3 the relay's lease: name, holder and epoch; $4 schedule.
   */
  static final String LOCK =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), l as materialized (
        select c.schedule_id from clock c
        where c.schedule_id = $4 and exists (select from live)
        for update skip locked
      )
      select exists (select from l) as locked,
             not exists (select from clock c where c.schedule_id = $4) as gone
      """;

  /**
   * Disables a schedule as a person would, if it still has to be: what is planned and not yet due
   * is withdrawn, what is queued or running finishes, what was counted begins anew. Runs of a
   * backfill stay, and those that were moved: somebody asked for them. One that fires no more as it
   * is, for it is exhausted, parked or paused without an end, says so still, and only its count
   * begins anew. $1 schedule, $2 now.
   */
  static final String PAUSE =
      """
      with failed as materialized (
        select s.id, n.failures_in_row, s.status, s.paused_until
        from schedules s
        join schedule_counts n on n.schedule_id = s.id
        where s.id = $1 and s.enabled and n.failures_in_row >= s.pause_after_failures
        for no key update of s
      ), s as materialized (
        select f.id, f.failures_in_row from failed f
        where f.status = 'ACTIVE' or f.status = 'PAUSED' and f.paused_until is not null
      ), planned as materialized (
        select q.id
        from queue q
        join runs r on r.id = q.id
        where q.schedule_id = $1 and q.state = 'QUEUED' and q.attempt = 0 and r.due_at > $2 and r.fire_at is not null
          and exists (select from s) and q.moved is null
          and not exists (
            select from backfills b join backfill_runs br on br.backfill_id = b.id
            where b.schedule_id = $1 and br.run_id = q.id)
        order by q.id
        for update of q skip locked
      ), unqueued as (
        delete from queue where id = any(array(select planned.id from planned))
      ), unwritten as (
        delete from runs where id = any(array(select planned.id from planned))
      ), unexpiring as (
        delete from expiries where run_id = any(array(select planned.id from planned))
      ), anew as (
        update schedule_counts set failures_in_row = 0 where schedule_id = any(array(select failed.id from failed))
      ), stopped as (
        update clock c
        set enabled = false, next_fire_at = null, revision = c.revision + 1, resumes_at = null,
            runs_left = c.runs_left + (select count(*)::int from planned),
            awaited_run = case when c.awaited_run in (select planned.id from planned) then null else c.awaited_run end,
            ends_at = case when exists (select from planned) then null else c.ends_at end,
            last_fire_at = case when exists (select from planned) then (
              select r.fire_at from runs r
              where r.schedule_id = $1 and r.fire_at is not null and r.id <> all(array(select planned.id from planned))
              order by r.id desc limit 1
            ) else c.last_fire_at end
        where c.schedule_id = any(array(select s.id from s))
      ), paused as (
        update schedules x
        set enabled = false, status = 'PAUSED', paused_until = null, version = x.version + 1, updated_at = $2,
            status_reason = 'paused after ' || s.failures_in_row || ' failed run'
              || case when s.failures_in_row = 1 then '' else 's in a row' end
        from s
        where x.id = s.id
        returning x.*
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $2, 'CHANGED', p.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.disabled', 'subject', 'schedules/' || p.id, 'sequence', p.version * 10 + 4,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', p.id, 'tenant', p.tenant_id, 'key', p.key, 'name', p.name,
          'jobKey', (select j.key from jobs j where j.id = p.job_id), 'trigger', p.trigger,
          'timezone', p.timezone, 'dstGap', p.dst_gap, 'dstOverlap', p.dst_overlap, 'enabled', p.enabled,
          'status', p.status, 'statusReason', p.status_reason, 'version', p.version)))
      from paused p
      """;
}
