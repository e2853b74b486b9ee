package dev.carillon.maintenance;

/** How the calendars of mounted files come to be the shared ones. */
final class CalendarFilesSql {

  /** The shared calendars as they are in force. */
  static final String CURRENT =
      """
      select name, definition::text as definition
      from calendars
      where tenant_id = '*'
      """;

  /**
   * Sets a shared calendar, marks the clocks of all schedules that it concerns, gives those that
   * were parked or have come to an end another chance, and tells each of their tenants. $1–$3 the
   * lease's name, holder and epoch, $4 the calendar's name, $5 its definition, $6 an id should it
   * be new, $7 now, $8 what is told of it. One row when anything changed.
   *
   * <p>As a tenant's own change marks (CalendarsSql), but over all tenants: a calendar of theirs
   * that includes the shared one concerns them alone.
   */
  static final String SHARE =
      """
      with recursive changed(tenant_id, name) as (
        select '*'::text, $4::text
        union
        select c.tenant_id, c.name
        from changed h
        join calendars c on h.tenant_id in ('*', c.tenant_id) and c.definition->'include' ? h.name
      ), live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), written as (
        insert into calendars as c (id, tenant_id, name, definition, version, created_at, updated_at)
        select $6, '*', $4, $5, 1, $7, $7 from live
        on conflict (tenant_id, name) do update
        set definition = excluded.definition, version = c.version + 1, updated_at = excluded.updated_at
        where c.definition is distinct from excluded.definition
        returning c.version, c.created_at
      ), concerned as materialized (
        select s.id, s.tenant_id
        from schedules s
        where exists (select from written)
          and (s.calendar = any(array(select name from changed))
               or s.exclude_calendar = any(array(select name from changed)))
          and exists (
            select from changed h
            where h.name in (s.calendar, s.exclude_calendar) and h.tenant_id in ('*', s.tenant_id))
      ), l as materialized (
        select c.schedule_id, c.next_fire_at, c.ends_at, c.last_fire_at, c.runs_left, c.delay_ms
        from clock c
        where c.schedule_id = any(array(select id from concerned))
        order by c.schedule_id
        for update
      ), again as materialized (
        select s.id, s.status <> 'ACTIVE' as stopped
        from l join schedules s on s.id = l.schedule_id
        where s.status = 'PARKED'
           or (s.status = 'EXHAUSTED' or s.status = 'ACTIVE' and l.next_fire_at is null and l.ends_at <= $7)
              and l.runs_left is distinct from 0 and l.delay_ms is null
              and (s.end_at is null or s.end_at > $7)
              and (l.last_fire_at is null or s.trigger->>'type' is distinct from 'ONE_SHOT')
      ), active as (
        update schedules s
        set status = 'ACTIVE', status_reason = null, version = s.version + 1, updated_at = $7
        from again where s.id = again.id and again.stopped
        returning s.*
      ), marked as (
        update clock c
        set revision = c.revision + 1, rules = null,
            next_fire_at = case when a.id is null then c.next_fire_at else $7 end,
            ends_at = case when a.id is null then c.ends_at end,
            -- What would have fired before now by the new days is no downtime, as after any edit.
            timed_at = case when a.id is not null or c.next_fire_at > $7 then $7 else c.timed_at end
        from l left join again a on a.id = l.schedule_id
        where c.schedule_id = l.schedule_id
      ), enabled as (
        insert into outbox (at, kind, tenant_id, payload)
        select $7, 'CHANGED', x.tenant_id, jsonb_build_object(
          'type', 'scheduler.schedule.enabled', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 3,
          'data', jsonb_strip_nulls(jsonb_build_object(
            'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
            'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
            'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
            'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
        from active x
      ), told as (
        insert into outbox (at, kind, tenant_id, payload)
        select $7, 'CHANGED', t.tenant_id, jsonb_build_object(
          'type', 'scheduler.calendar.updated', 'subject', 'shared-calendars/' || $4,
          -- As of a tenant's own one (CalendarView): it rises also where a file was gone meanwhile.
          'sequence', (extract(epoch from w.created_at) * 1000000)::bigint + w.version,
          'data', $8::jsonb || jsonb_build_object('version', w.version))
        from written w cross join (select distinct tenant_id from concerned) t
        order by t.tenant_id
      )
      select version, (select count(*) from concerned) as concerned from written
      """;

  /**
   * Removes a shared calendar that nobody uses; who has one of its own of the name does not. $1–$3
   * the lease's name, holder and epoch, $4 the calendar's name. A row when it is gone.
   */
  static final String UNSHARE =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      )
      delete from calendars c
      using live
      where c.tenant_id = '*' and c.name = $4
        and not exists (
          select from schedules s
          where (s.calendar = $4 or s.exclude_calendar = $4)
            and not exists (select from calendars o where o.tenant_id = s.tenant_id and o.name = $4))
        and not exists (
          select from calendars i
          where i.definition->'include' ? $4
            and (i.tenant_id = '*'
                 or not exists (select from calendars o where o.tenant_id = i.tenant_id and o.name = $4)))
      returning c.name
      """;

  private CalendarFilesSql() {}
}
