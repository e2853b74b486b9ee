package dev.carillon.catalog;

/**
 * What the write side does to groups. Whoever changes one locks its row first, as does whoever lets
 * it go on; rows of the queue are locked after it. Each edit has a version of its own, and its
 * event stands in the statement that makes it.
 */
final class GroupSql {

  /**
   * $1 id, $2 tenant, $3 name, $4 mode, $5 how many at once or null, $6 on failure, $7 now. Told of
   * by {@link #ADDED}.
   */
  static final String INSERT =
      """
      insert into groups (id, tenant_id, name, mode, max_parallel, on_failure, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $7)
      """;

  /**
   * How it stands, and who would be next in its order. Held until the transaction ends. $1 id, $2
   * tenant.
   */
  static final String LOCK =
      """
      select g.status, g.canceled_at is not null as is_canceled, g.stopped_at is not null as is_stopped,
             g.next_position,
             g.open + g.succeeded + g.failed + g.dead + g.canceled + g.skipped + g.missed as total
      from groups g
      where g.id = $1 and g.tenant_id = $2
      for update
      """;

  /** Of some runs those that belong to the group. $1 runs, $2 group, $3 tenant. */
  static final String MEMBERS_AMONG =
      """
      select r.id from runs r where r.id = any($1) and r.group_id = $2 and r.tenant_id = $3
      """;

  /**
   * Runs were added. The group is locked. $1 id, $2 tenant, $3 how many runs, $4 how many positions
   * they took, $5 now, $6 traceparent, $7 what is told: created or updated.
   */
  static final String ADDED =
      """
      with added as (
        update groups g
        set open = g.open + $3, next_position = g.next_position + $4,
            status = case when g.status = 'CREATED' and $3 > 0 then 'QUEUED' else g.status end,
            version = g.version + ($7 <> 'created')::int, updated_at = greatest($5, g.updated_at)
        where g.id = $1 and g.tenant_id = $2
        returning g as changed
      ), noted as (
        insert into group_ends (group_id, tenant_id) select $1, $2 where $3 > 0
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $5, 'CHANGED', $2, carillon_group_event(a.changed, $7, $6) from added a
      """;

  /**
   * The runs that wait for their turn, in order; nobody else ends or lets go any of them. $1 id, $2
   * tenant.
   */
  static final String PENDING =
      """
      select q.id, q.position from queue q
      where q.group_id = $1 and q.tenant_id = $2 and q.held_by = 'group'
      order by q.position
      for update
      """;

  /** Of what became of runs that were named and do not wait. $1 runs, $2 group, $3 tenant. */
  static final String STATES =
      """
      select r.id, coalesce(q.state::text, a.final_state::text, 'gone') as state
      from runs r
      left join queue q on q.id = r.id
      left join lateral (
        select a.final_state from attempts a where a.run_id = r.id order by a.generation desc, a.attempt desc limit 1
      ) a on true
      where r.id = any($1) and r.group_id = $2 and r.tenant_id = $3
      """;

  /**
   * Gives runs that wait other places: also those in which a retry would put them. Group and rows
   * are locked. $1 runs, $2 their positions, $3 group, $4 tenant, $5 now, $6 traceparent.
   */
  static final String ORDER =
      """
      with u as materialized (
        select * from unnest($1::uuid[], $2::int[]) as u(id, position)
      ), queued as (
        update queue q set position = u.position
        from u where q.id = any($1) and q.id = u.id and q.tenant_id = $4
      ), written as (
        update runs r set position = u.position
        from u where r.id = any($1) and r.id = u.id and r.tenant_id = $4
      ), ordered as (
        update groups g set version = g.version + 1, updated_at = greatest($5, g.updated_at)
        where g.id = $3 and g.tenant_id = $4
        returning g as changed
      ), noted as (
        insert into group_ends (group_id, tenant_id) values ($3, $4)
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $5, 'CHANGED', $4, carillon_group_event(o.changed, 'updated', $6) from ordered o
      """;

  /**
   * Ends what nobody has, and asks who runs the rest; told like any other cancellation. The group
   * is locked. $1 group, $2 tenant, $3 now.
   */
  static final String CANCEL_RUNS =
      """
      with p as materialized (
        select q.id from queue q where q.group_id = $1 and q.held_by = 'group'
        union all
        select q.id from queue q where q.group_id = $1 and q.held_by is distinct from 'group'
      ), l as materialized (
        select q.id, q.generation, q.attempt + 1 as attempt, q.state
        from queue q
        where q.id = any(array(select p.id from p)) and q.tenant_id = $2
        order by q.id
        for update
      ), m as materialized (
        select * from l where l.state <> 'RUNNING'
      ), ended as (
        delete from queue q where q.id = any(array(select m.id from m)) and q.tenant_id = $2
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select m.id, m.generation, m.attempt, $2, 'CANCELED', 'CANCELED', $3 from m
      ), asked as (
        update queue q set cancel_requested = true
        where q.id = any(array(select l.id from l where l.state = 'RUNNING')) and q.tenant_id = $2
        returning q.id
      ), told as (
        insert into outbox (at, kind, tenant_id, runs, attempts)
        -- In rows of 500, for whoever reads them.
        select $3, 'ENDED', $2, array_agg(p.id), array_agg(p.attempt)
        from (select m.id, m.attempt, (row_number() over () - 1) / 500 as piece from m) p
        group by p.piece
      )
      select (select count(*) from m) as ended, (select array_agg(asked.id) from asked) as asked
      """;

  /**
   * Somebody cancelled the group: at once, where it has no runs. It is locked. $1 id, $2 tenant, $3
   * now, $4 traceparent.
   */
  static final String CANCELED =
      """
      with canceled as (
        update groups g
        set canceled_at = coalesce(g.canceled_at, $3), version = g.version + 1, updated_at = greatest($3, g.updated_at),
            status = case when g.status = 'CREATED' then 'CANCELED' else g.status end,
            ended_at = case when g.status = 'CREATED' then $3 end
        where g.id = $1 and g.tenant_id = $2
        returning g as changed
      ), noted as (
        insert into group_ends (group_id, tenant_id) values ($1, $2)
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $3, 'CHANGED', $2,
             carillon_group_event(c.changed, case when (c.changed).status = 'CANCELED' then 'canceled' else 'updated' end, $4)
      from canceled c
      """;

  /** The runs of a group that a retry would revive, locked. $1 group, $2 tenant. */
  static final String FAILED =
      """
      select r.id
      from runs r
      where r.group_id = $1 and r.tenant_id = $2
        and not exists (select from queue q where q.id = r.id)
        and (select a.final_state from attempts a
             where a.run_id = r.id order by a.generation desc, a.attempt desc limit 1)
            in ('FAILED', 'DEAD', 'CANCELED')
      order by r.id
      for update of r
      """;

  /**
   * Groups of which runs live again that had ended: they go on. One that is being cancelled, or
   * stops, goes on with that, and ends those too. Counts may be below zero for a moment, by ends
   * that are yet to be counted. One element a group: $1 ids, $2 how many had FAILED, $3 were DEAD,
   * $4 CANCELED; $5 tenant, $6 now, $7 traceparent.
   */
  static final String REVIVED =
      """
      with u as materialized (
        select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) as u(id, failed, dead, canceled)
      ), l as materialized (
        select g.id, g.status in ('QUEUED', 'RUNNING') as living
        from groups g where g.id = any($1) and g.tenant_id = $5
        order by g.id
        for update
      ), revived as (
        update groups g
        set open = g.open + u.failed + u.dead + u.canceled, failed = g.failed - u.failed, dead = g.dead - u.dead,
            canceled = g.canceled - u.canceled, status = 'RUNNING',
            canceled_at = case when l.living then g.canceled_at end,
            stopped_at = case when l.living then g.stopped_at end,
            ended_at = null, version = g.version + 1, updated_at = greatest($6, g.updated_at)
        from u join l on l.id = u.id
        where g.id = any($1) and g.id = u.id and g.tenant_id = $5
        returning g as changed
      ), noted as (
        insert into group_ends (group_id, tenant_id) select l.id, $5 from l
      )
      insert into outbox (at, kind, tenant_id, payload)
      select $6, 'CHANGED', $5, carillon_group_event(r.changed, 'retried', $7) from revived r
      """;

  private GroupSql() {}
}
