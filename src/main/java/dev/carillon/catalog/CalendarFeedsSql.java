package dev.carillon.catalog;

/** Who may read a tenant's calendar, and what is read for it. */
final class CalendarFeedsSql {

  /** A second one takes the first one's place. $1 tenant, $2 hash of the token, $3 now. */
  static final String ROTATE =
      """
      insert into calendar_feeds (tenant_id, token_hash, created_at)
      values ($1, $2, $3)
      on conflict (tenant_id) do update
      set token_hash = excluded.token_hash, created_at = excluded.created_at
      """;

  /** $1 tenant. */
  static final String REVOKE =
      """
      delete from calendar_feeds where tenant_id = $1
      """;

  /** Whose it is; asked by the engine, for until then there is no tenant. $1 hash of the token. */
  static final String OWNER =
      """
      select tenant_id from calendar_feeds where token_hash = $1
      """;

  /**
   * Those of a tenant that fire, or will when their pause ends, the oldest first, each with how
   * many there are in all. $1 tenant, $2 how many at most.
   */
  static final String FIRING =
      """
      select id, (count(*) over ())::int as in_all
      from schedules
      where tenant_id = $1 and enabled
        and (status = 'ACTIVE' or status = 'PAUSED' and paused_until is not null)
      order by id
      limit $2
      """;

  /**
   * What a calendar shows of schedules; not their parameters, which are large and nobody's
   * business. $1 schedules, $2 tenant, $3 now.
   */
  static final String SHOWN =
      """
      select s.id, s.tenant_id, s.key, s.name, s.trigger::text as trigger, s.timezone, s.enabled, s.dst_gap,
             s.dst_overlap, s.start_at, s.end_at, s.max_runs, s.jitter_ms, s.calendar, s.exclude_calendar,
             s.convention, s.note, s.paused_until, s.status, s.version, s.created_at, s.updated_at,
             j.key as job_key, c.next_fire_at, c.runs_left, planned.fire_at as planned_fire, planned.ahead
      from schedules s
      left join jobs j on j.id = s.job_id
      left join clock c on c.schedule_id = s.id
      left join lateral (
        -- As in the schedule's own view: written, and not yet due.
        select min(r.fire_at) as fire_at, (count(*) filter (where r.fire_at > $3))::int as ahead
        from queue q join runs r on r.id = q.id
        where q.schedule_id = s.id and q.state = 'QUEUED' and q.attempt = 0 and q.due_at > $3
          and r.due_at > $3 and r.fire_at is not null
          and q.moved is null and not exists (select from backfill_runs b where b.run_id = q.id)
      ) planned on true
      where s.id = any($1) and s.tenant_id = $2
      order by s.id
      """;

  private CalendarFeedsSql() {}
}
