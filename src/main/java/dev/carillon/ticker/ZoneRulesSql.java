package dev.carillon.ticker;

/** How next fires follow the time zone rules. */
final class ZoneRulesSql {

  /**
   * Schedules whose next fire was worked out by an older tzdata. Of the clocks behind $1 the next
   * $4 are looked at, and of those at most $5 answered, by id; so a statement is short, whether all
   * are stale or none. $2 our tzdata, $3 now: what is overdue, the planner looks at itself. A
   * FIXED_DELAY counts from the end of a run, in no zone.
   *
   * <p>Each row, of which there is always one, also says how far it has come: last and looked.
   */
  static final String STALE =
      """
      with looked as materialized (
        select c.schedule_id, c.tenant_id, c.revision, c.next_fire_at, c.last_fire_at, c.rules, c.delay_ms, c.enabled,
               c.runs_left, c.resumes_at, c.timed_at as told_at
        from clock c
        where c.schedule_id > $1
        order by c.schedule_id
        limit $4
      ), stale as materialized (
        select * from looked l
        where l.next_fire_at > $3 and l.enabled and l.delay_ms is null and (l.rules is null or l.rules < $2)
        order by l.schedule_id
        limit $5
      )
      select progress.last, progress.looked, st.*, s.key, s.trigger::text as trigger, s.timezone,
             s.dst_gap, s.dst_overlap, s.created_at, s.start_at, s.end_at, s.jitter_ms, s.window_ms, s.calendar,
             s.exclude_calendar, s.convention, s.misfire_policy, s.misfire_grace_ms, s.catch_up_ms,
             coalesce(st.told_at, s.updated_at) as timed_at
      from (select (select l.schedule_id from looked l order by l.schedule_id desc limit 1) as last,
                   (select count(*) from looked) as looked) as progress
      left join (stale st join schedules s on s.id = st.schedule_id) on true
      order by st.schedule_id
      """;

  /**
   * Schedules whose next fire was worked out by nobody knows which rules and calendars, by id. $1
   * now: what is overdue, the planner looks at itself; $2 how many. Found by an index of their own,
   * whose condition this repeats; the other conditions are opaque, so that no other index serves.
   */
  static final String UNRULED =
      """
      select c.schedule_id, c.tenant_id, c.revision, c.next_fire_at, c.last_fire_at, c.rules, c.delay_ms, c.runs_left,
             c.resumes_at, s.key, s.trigger::text as trigger, s.timezone, s.dst_gap, s.dst_overlap, s.created_at,
             s.start_at, s.end_at, s.jitter_ms, s.window_ms, s.calendar, s.exclude_calendar, s.convention,
             s.misfire_policy, s.misfire_grace_ms, s.catch_up_ms, coalesce(c.timed_at, s.updated_at) as timed_at
      from clock c
      join schedules s on s.id = c.schedule_id
      where c.rules is null and c.next_fire_at is not null
        and case when c.next_fire_at > $1 and c.enabled and c.delay_ms is null then true else false end
      order by c.schedule_id
      limit $2
      -- They are to be changed in a moment; what cannot be would keep others from being among them.
      for update of c skip locked
      """;

  /**
   * Sets next fires anew and says by which tzdata. $1–$3 the lease's name, holder and epoch. One
   * element a schedule: $4 ids, $5 the next fire as it was read, $6 the next fire now, $7 revision.
   * $8 our tzdata, $9 now.
   *
   * <p>As for a plan, nothing happens under a lease that was taken over, and a schedule that was
   * edited, planned or set by newer rules meanwhile is left out. So is one whose clock somebody has
   * locked; {@code busy} says how many.
   */
  static final String RECOMPUTE =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), u as (
        select * from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::bigint[])
          as u(schedule_id, old_next, new_next, revision)
      ), l as materialized (
        select c.schedule_id from clock c
        where c.schedule_id = any($4) and exists (select from live)
        order by c.schedule_id
        for update skip locked
      ), marked as (
        update clock c
        set next_fire_at = u.new_next, rules = $8,
            -- None left: over with the last fire, which is past or about to be.
            ends_at = case when u.new_next is null then coalesce(c.last_fire_at, $9) else c.ends_at end
        from u
        -- Found by the array, joined by text, as in the claim.
        where c.schedule_id = any(array(select l.schedule_id from l)) and c.schedule_id::text = u.schedule_id::text
          and c.next_fire_at = u.old_next and c.revision = u.revision and c.enabled
          and (c.rules is null or c.rules < $8)
        returning c.next_fire_at is distinct from u.old_next as moved
      )
      select count(*) as marked, count(*) filter (where moved) as moved,
             case when exists (select from live) then cardinality($4) - (select count(*) from l) else 0 end as busy
      from marked
      """;

  private ZoneRulesSql() {}
}
