package dev.carillon.ticker;

/** How groups go on. */
final class GroupProgressSql {

  private GroupProgressSql() {}

  /**
   * Groups of which ends are not counted yet, or that somebody changed: one look into the index for
   * each, however many ends it has. $1 how many.
   */
  static final String CHANGED =
      """
      with recursive n(group_id) as (
        (select e.group_id from group_ends e order by e.group_id limit 1)
        union all
        select (select e.group_id from group_ends e where e.group_id > n.group_id order by e.group_id limit 1)
        from n where n.group_id is not null
      )
      select n.group_id from n where n.group_id is not null limit $1
      """;

  /**
   * Groups of which a waiting run comes to its time, and whether any group goes on. $1 after, $2 up
   * to which instant.
   */
  static final String COMING =
      """
      select c.group_id, exists (select from groups g where g.status in ('QUEUED', 'RUNNING')) as living
      from (select 1) one
      left join (
        select distinct q.group_id from queue q where q.held_by = 'group' and q.held_due > $1 and q.held_due <= $2
      ) c on true
      """;

  /** All groups that go on: what a new leader looks at. */
  static final String LIVING =
      "select g.id as group_id from groups g where g.status in ('QUEUED', 'RUNNING')";

  /**
   * The first thing that a step does: whoever adds, orders, cancels or retries runs locks the group
   * too. One that somebody else has locked is passed over, and looked at a moment later. Nothing
   * happens under a lease that was taken over, as in the plan. $1–$3 the lease's name, holder and
   * epoch; $4 groups.
   */
  static final String LOCK =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      )
      select g.id, g.mode, g.max_parallel, g.on_failure, g.status, g.canceled_at is not null as is_canceled,
             g.stopped_at is not null as is_stopped,
             g.open, g.succeeded, g.failed, g.dead, g.canceled, g.skipped, g.missed
      from groups g
      where g.id = any($4) and exists (select from live)
      order by g.id
      for update of g skip locked
      """;

  /**
   * Takes the ends of some groups, to be counted in this transaction: what ends meanwhile is left
   * for the next. The end of a run and the row that tells of it are one commit; one without an
   * attempt was taken out by somebody by hand, and has ended all the same. A run that an operator
   * has retried since has not failed for good. $1 groups, $2 those of them of which is asked how
   * many are at work.
   */
  static final String TAKE =
      """
      with e as materialized (
        delete from group_ends e where e.group_id = any($1)
        returning e.group_id, e.run_id, e.generation
      ), a as materialized (
        select e.group_id, a.final_state::text as final_state,
               a.final_state in ('FAILED', 'DEAD', 'CANCELED')
                 and not exists (select from queue q where q.id = e.run_id)
                 and not exists (
                   select from attempts l where l.run_id = e.run_id and l.generation > e.generation) as failed
        from e
        left join lateral (
          select a.final_state from attempts a
          where a.run_id = e.run_id and a.generation = e.generation and a.final_state is not null
          limit 1
        ) a on true
        where e.run_id is not null
      ), n as materialized (
        select a.group_id, count(*)::int as ended,
               (count(*) filter (where a.final_state = 'SUCCEEDED'))::int as succeeded,
               (count(*) filter (where a.final_state = 'FAILED'))::int as failed,
               (count(*) filter (where a.final_state = 'DEAD'))::int as dead,
               (count(*) filter (where a.final_state = 'CANCELED'))::int as canceled,
               (count(*) filter (where a.final_state = 'SKIPPED'))::int as skipped,
               (count(*) filter (where a.final_state = 'MISSED'))::int as missed,
               bool_or(a.failed) as failed_now
        from a
        group by a.group_id
      )
      select u.id, coalesce(n.ended, 0) as ended, coalesce(n.succeeded, 0) as succeeded, coalesce(n.failed, 0) as failed,
             coalesce(n.dead, 0) as dead, coalesce(n.canceled, 0) as canceled, coalesce(n.skipped, 0) as skipped,
             coalesce(n.missed, 0) as missed, coalesce(n.failed_now, false) as failed_now,
             case when u.id = any($2) then (
               select count(*)::int from queue q where q.group_id = u.id and q.held_by is distinct from 'group'
             ) else 0 end as at_work
      from unnest($1::uuid[]) as u(id)
      left join n on n.group_id = u.id
      """;

  /**
   * Cancels what is left of some groups: what waits is ended here and now, with an attempt that was
   * never started; whoever runs one is asked, and the statement that completes it looks there. A
   * row that somebody has locked is being claimed, or ended, and counts as left. $1 groups, $2 now,
   * $3 how many at once.
   */
  static final String STOP =
      """
      with p as materialized (
        select p.id from (
          select q.id from queue q where q.group_id = any($1) and q.held_by = 'group'
          union all
          select q.id from queue q
          where q.group_id = any($1) and q.held_by is distinct from 'group'
            and not (q.state = 'RUNNING' and q.cancel_requested)
        ) p
        limit $3
      ), l as materialized (
        select q.id, q.group_id, q.tenant_id, q.generation, q.attempt + 1 as attempt, q.state, q.cancel_requested
        from queue q
        where q.id = any(array(select p.id from p))
        order by q.id
        for update skip locked
      ), m as materialized (
        select * from l where l.state <> 'RUNNING'
      ), ended as (
        delete from queue q where q.id = any(array(select m.id from m))
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select m.id, m.generation, m.attempt, m.tenant_id, 'CANCELED', 'CANCELED', $2 from m
      ), asked as (
        update queue q set cancel_requested = true
        where q.id = any(array(select l.id from l where l.state = 'RUNNING' and not l.cancel_requested))
        returning q.id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        -- In rows of 500, for whoever reads them.
        select $2, 'ENDED', array_agg(p.id), array_agg(p.attempt)
        from (select m.id, m.attempt, (row_number() over () - 1) / 500 as piece from m) p
        group by p.piece
      )
      select (select array_agg(asked.id) from asked) as asked,
             (select count(*) from p) = $3 or (select count(*) from p) > (select count(*) from l) as more
      """;

  /**
   * Lets runs go, the first of each group first: from here on they are due like any other. Who was
   * picked is released or nobody is in its place: while somebody has it locked (it is being
   * cancelled, or expires), it is not known whether it will be its turn. Where several may be at
   * work, one whose time has not come does not keep the others waiting. What waits for its turn
   * does not grow old meanwhile. One element a group: $1 ids, $2 how many, $3 whether in order,
   * whenever they are due; $4 now, $5 up to which due instant.
   */
  static final String RELEASE =
      """
      with u as (
        select * from unnest($1::uuid[], $2::int[], $3::boolean[]) as u(group_id, most, strict)
      ), p as materialized (
        select p.id, u.group_id
        from u
        cross join lateral (
          select q.id from queue q
          where q.group_id = u.group_id and q.held_by = 'group' and (u.strict or q.held_due <= $5)
          order by q.position
          limit u.most
        ) p
      ), l as materialized (
        select q.id from queue q
        where q.id = any(array(select p.id from p)) and q.held_by = 'group'
        order by q.id
        for update skip locked
      ), r as (
        update queue q
        set held_by = null, due_at = q.held_due, held_due = null, state = 'QUEUED',
            aged_from = case when coalesce(q.aged_from, q.held_due) < $4 then $4 else q.aged_from end
        where q.id = any(array(select l.id from l))
        returning q.id, q.group_id, q.tenant_id, q.queue, q.priority, q.due_at
      )
      select r.id, r.group_id, r.tenant_id, r.queue, r.priority, r.due_at, false as missed from r
      union all
      select p.id, p.group_id, null, null, null, null, true from p where p.id <> all(array(select l.id from l))
      """;

  /**
   * Counts the ends that were taken, and says what has become of the groups: of one that has ended
   * with its event, in the one statement that ends it. Their rows are locked. One element a group:
   * $1 ids, $2 ended, $3 succeeded, $4 failed, $5 dead, $6 canceled, $7 skipped, $8 missed, $9
   * final status or null, $10 whether it has cancelled the rest; $11 now.
   */
  static final String COUNT =
      """
      with u as (
        select *
        from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::text[],
                    $10::boolean[])
          as u(id, ended, succeeded, failed, dead, canceled, skipped, missed, status, stopped)
      ), c as (
        update groups g
        set open = g.open - u.ended, succeeded = g.succeeded + u.succeeded, failed = g.failed + u.failed,
            dead = g.dead + u.dead, canceled = g.canceled + u.canceled, skipped = g.skipped + u.skipped,
            missed = g.missed + u.missed,
            status = coalesce(u.status, case when g.status = 'QUEUED' and u.ended > 0 then 'RUNNING' else g.status end),
            stopped_at = case when u.stopped then coalesce(g.stopped_at, $11) else g.stopped_at end,
            ended_at = case when u.status is null then g.ended_at else $11 end,
            version = g.version + (u.status is not null)::int,
            updated_at = case when u.status is null then g.updated_at else greatest($11, g.updated_at) end
        from u
        where g.id = any($1) and g.id = u.id
          and (u.status is null or g.status in ('QUEUED', 'RUNNING'))
        returning g as changed, u.status as final_status
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $11, 'CHANGED', (c.changed).tenant_id, carillon_group_event(c.changed, lower(c.final_status), null)
      from c
      where c.final_status is not null
      order by (c.changed).id
      """;
}
