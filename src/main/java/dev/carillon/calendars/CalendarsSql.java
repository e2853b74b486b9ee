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
   * through others that include it: their clocks are marked, and those that were parked are given
   * another chance. $1 tenant, $2 the calendar's name, $3 now.
   */
  public static final String MARK =
      """
      with recursive changed(name) as (
        select $2::text
        union
        select c.name
        from changed h join calendars c on c.tenant_id = $1 and c.definition->'include' ? h.name
      ), concerned as materialized (
        select s.id, s.status
        from schedules s
        where s.tenant_id = $1
          and (s.calendar = any(array(select name from changed))
               or s.exclude_calendar = any(array(select name from changed)))
      ), l as materialized (
        select c.schedule_id from clock c
        where c.schedule_id = any(array(select id from concerned))
        order by c.schedule_id
        for update
      ), unparked as (
        update schedules s set status = 'ACTIVE', status_reason = null
        where s.id = any(array(select id from concerned where status = 'PARKED'))
        returning s.id
      )
      update clock c
      set revision = c.revision + 1, rules = null,
          next_fire_at = case when u.id is null then c.next_fire_at else $3 end,
          -- What would have fired before now by the new days is no downtime, as after any edit.
          timed_at = case when u.id is not null or c.next_fire_at > $3 then $3 else c.timed_at end
      from l left join unparked u on u.id = l.schedule_id
      where c.schedule_id = l.schedule_id
      """;

  private CalendarsSql() {}
}
