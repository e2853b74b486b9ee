package dev.carillon.calendars;

/** How calendars are found by their names, and what follows from a change of one. */
public final class CalendarsSql {

  /**
   * Names, and those that these include. A name is looked for among the tenant's own calendars,
   * then among the shared ones; what a shared calendar includes, among the shared ones alone: no
   * tenant can change what they mean. $1 tenant, $2 names.
   *
   * <p>One row for each name and where it was looked for; owner and definition are null where there
   * is none, which may be a built-in one. Each is followed once, so circles do not matter.
   */
  static final String NAMED =
      """
      with recursive wanted(looked_in, name) as (
        select $1::text, n.name from unnest($2::text[]) as n(name)
        union
        select f.tenant_id, i.name
        from wanted w
        cross join lateral (
          select c.tenant_id, c.definition from calendars c
          where c.tenant_id in (w.looked_in, '*') and c.name = w.name
          order by c.tenant_id = '*'
          limit 1
        ) f
        cross join lateral jsonb_array_elements_text(f.definition->'include') as i(name)
      )
      select w.looked_in, w.name, f.tenant_id as owner, f.definition::text as definition
      from wanted w
      left join lateral (
        select c.tenant_id, c.definition from calendars c
        where c.tenant_id in (w.looked_in, '*') and c.name = w.name
        order by c.tenant_id = '*'
        limit 1
      ) f on true
      """;

  /**
   * Has the ticker work out anew when those schedules of a tenant fire that use a calendar, also
   * through others that include it: their clocks are marked. Those that were parked are given
   * another chance, and so are those whose end the calendar may have brought, by leaving out all
   * their fires to come; each of them is told, as when it is enabled by hand. $1 tenant, $2 the
   * calendar's name, $3 now.
   *
   * <p>Over for good is what has used up its runs or lies behind its end, a one-shot that has
   * fired, and a fixed delay, whose next fire only the end of a run can set.
   */
  public static final String MARK =
      """
      with recursive changed(name) as (
        select $2::text
        union
        select c.name
        from changed h join calendars c on c.tenant_id = $1 and c.definition->'include' ? h.name
      ), concerned as materialized (
        select s.id
        from schedules s
        where s.tenant_id = $1
          and (s.calendar = any(array(select name from changed))
               or s.exclude_calendar = any(array(select name from changed)))
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
           or (s.status = 'EXHAUSTED' or s.status = 'ACTIVE' and l.next_fire_at is null and l.ends_at <= $3)
              and l.runs_left is distinct from 0 and l.delay_ms is null
              and (s.end_at is null or s.end_at > $3)
              and (l.last_fire_at is null or s.trigger->>'type' is distinct from 'ONE_SHOT')
      ), active as (
        update schedules s
        set status = 'ACTIVE', status_reason = null, version = s.version + 1, updated_at = $3
        from again where s.id = again.id and again.stopped
        returning s.*
      ), marked as (
        update clock c
        set revision = c.revision + 1, rules = null,
            next_fire_at = case when a.id is null then c.next_fire_at else $3 end,
            ends_at = case when a.id is null then c.ends_at end,
            -- What would have fired before now by the new days is no downtime, as after any edit.
            timed_at = case when a.id is not null or c.next_fire_at > $3 then $3 else c.timed_at end
        from l left join again a on a.id = l.schedule_id
        where c.schedule_id = l.schedule_id
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $3, 'CHANGED', x.tenant_id, jsonb_build_object(
        'type', 'scheduler.schedule.enabled', 'subject', 'schedules/' || x.id, 'sequence', x.version * 10 + 3,
        'data', jsonb_strip_nulls(jsonb_build_object(
          'id', x.id, 'tenant', x.tenant_id, 'key', x.key, 'name', x.name,
          'jobKey', (select j.key from jobs j where j.id = x.job_id), 'trigger', x.trigger,
          'timezone', x.timezone, 'dstGap', x.dst_gap, 'dstOverlap', x.dst_overlap, 'enabled', x.enabled,
          'status', x.status, 'statusReason', x.status_reason, 'version', x.version)))
      from active x
      """;

  private CalendarsSql() {}
}
