package dev.carillon.catalog;

/** How groups are shown and listed in one tenant's name. */
final class GroupShownSql {

  /**
   * Groups as they are shown, newest first. Each run is in one of three places, all read in one
   * statement: the queue while it lives, the group's counts once its end is counted, and in between
   * the ends that are not; so the numbers always agree. Whether one has started is seen from the
   * rows, for a claim knows nothing of groups. A group that was cancelled is CANCELED once none of
   * its runs lives, whether that is counted or not. $1 ids, $2 tenant, $3 now, $4 status or null,
   * $5 most.
   */
  static final String READ =
      """
      with s as (
        select g.*, p.pending, w.scheduled, w.queued, w.running, w.retrying, w.begun,
               e.ended, e.succeeded as e_succeeded, e.failed as e_failed, e.dead as e_dead, e.canceled as e_canceled,
               e.skipped as e_skipped, e.missed as e_missed
        from groups g
        cross join lateral (
          select count(*) as pending from queue q where q.group_id = g.id and q.held_by = 'group'
        ) p
        cross join lateral (
          select count(*) filter (where q.state = 'RUNNING') as running,
                 count(*) filter (where q.state = 'QUEUED' and q.held_by is null and q.due_at > $3) as scheduled,
                 count(*) filter (where q.state = 'RETRY_SCHEDULED' and q.held_by is null and q.due_at > $3) as retrying,
                 count(*) filter (where q.state <> 'RUNNING' and (q.held_by is not null or q.due_at <= $3)) as queued,
                 coalesce(bool_or(q.attempt > 0), false) as begun
          from queue q where q.group_id = g.id and q.held_by is distinct from 'group'
        ) w
        cross join lateral (
          select count(*) as ended,
                 count(*) filter (where a.final_state = 'SUCCEEDED') as succeeded,
                 count(*) filter (where a.final_state = 'FAILED') as failed,
                 count(*) filter (where a.final_state = 'DEAD') as dead,
                 count(*) filter (where a.final_state = 'CANCELED') as canceled,
                 count(*) filter (where a.final_state = 'SKIPPED') as skipped,
                 count(*) filter (where a.final_state = 'MISSED') as missed
          from group_ends e
          left join lateral (
            select a.final_state from attempts a
            where a.run_id = e.run_id and a.generation = e.generation and a.final_state is not null
            limit 1
          ) a on true
          where e.group_id = g.id and e.run_id is not null
        ) e
        where g.id = any($1) and g.tenant_id = $2
      ), shown as (
        select s.*,
               case
                 when s.status not in ('QUEUED', 'RUNNING') then s.status
                 when s.canceled_at is not null and s.pending + s.scheduled + s.queued + s.running + s.retrying = 0
                   then 'CANCELED'
                 when s.begun or s.ended > 0 then 'RUNNING'
                 else s.status
               end as shown_status
        from s
      )
      select id, tenant_id, name, mode, max_parallel, on_failure, shown_status, version, created_at, updated_at,
             canceled_at, ended_at, pending, scheduled, queued, running, retrying,
             -- A run that was retried before its end was counted is no less than none.
             greatest(0, succeeded + e_succeeded) as succeeded, greatest(0, failed + e_failed) as failed,
             greatest(0, dead + e_dead) as dead, greatest(0, canceled + e_canceled) as canceled,
             greatest(0, skipped + e_skipped) as skipped, greatest(0, missed + e_missed) as missed,
             open + succeeded + failed + dead + canceled + skipped + missed as total
      from shown
      where $4::text is null or shown_status = $4
      order by id desc
      limit $5
      """;

  /** By groups_by_tenant. $1 tenant, $2 below, $3 most. */
  static final String OF_TENANT =
      """
      select g.id from groups g where g.tenant_id = $1 and g.id < $2 order by g.id desc limit $3
      """;

  /** By groups_by_status. $1 tenant, $2 below, $3 most, $4 statuses. */
  static final String OF_STATUS =
      """
      select g.id from groups g
      where g.tenant_id = $1 and g.status = any($4) and g.id < $2
      order by g.id desc
      limit $3
      """;

  /**
   * Its runs in order, by runs_by_group. $1 group, $2 tenant, $3 now, $4 most, $5 these only; null:
   * all.
   */
  static final String MEMBERS =
      """
      with m as materialized (
        select r.id, r.job_id, r.due_at, r.position from runs r
        where r.group_id = $1 and r.tenant_id = $2 and ($5::uuid[] is null or r.id = any($5))
        order by r.position, r.id
        limit $4
      )
      select m.id, j.key as job_key, m.due_at,
             case q.state
               when 'RUNNING' then 'RUNNING'
               when 'PENDING' then 'PENDING'
               when 'QUEUED' then case when q.held_by is null and q.due_at > $3 then 'SCHEDULED' else 'QUEUED' end
               when 'RETRY_SCHEDULED' then
                 case when q.held_by is null and q.due_at > $3 then 'RETRY_SCHEDULED' else 'QUEUED' end
               else a.final_state::text
             end as state
      from m
      left join jobs j on j.id = m.job_id
      left join lateral (
        select q.state, q.held_by, q.due_at from queue q where q.id = m.id offset 0
      ) q on true
      left join lateral (
        select a.final_state from attempts a where a.run_id = m.id
        order by a.generation desc, a.attempt desc limit 1
      ) a on true
      order by m.position, m.id
      """;

  private GroupShownSql() {}
}
