package dev.carillon.catalog;

/**
 * Where runs stand in line, and which have ended. As the engine: a line has runs of all tenants.
 */
final class RunLineSql {

  /**
   * How many are to be started before a run that is due and waits, counted up to a bound: those
   * before it in its queue, or where it is held for a limit, those before it there. Null: it does
   * not wait so. By urgency alone: of eight, one is the oldest whichever its priority, so whoever
   * is old may go sooner. Of the queue, one priority after the other, so that what is not due yet
   * is not read. $1 run, $2 tenant, $3 now, $4 the bound.
   */
  static final String BEFORE =
      """
      with me as materialized (
        select q.* from queue q
        where q.id = $1 and q.tenant_id = $2 and q.state in ('QUEUED', 'RETRY_SCHEDULED')
      )
      select case
               when me.held_by is null and me.due_at <= $3 then (
                 select count(*)
                 from (
                   select 1
                   from generate_series(0, me.priority::int) as p(priority)
                   cross join lateral (
                     select 1
                     from queue o
                     where o.queue = me.queue and o.priority = p.priority::smallint
                       and o.due_at <= case when p.priority = me.priority then me.due_at else $3 end
                       and (p.priority < me.priority or (o.due_at, o.id) < (me.due_at, me.id))
                       and o.state in ('QUEUED', 'RETRY_SCHEDULED') and o.held_by is null
                     limit $4
                   ) o
                   limit $4
                 ) o)
               when me.held_key is not null then (
                 select count(*)
                 from (
                   select 1
                   from queue o
                   where o.tenant_id = me.tenant_id and o.held_key = me.held_key
                     and (o.priority, o.held_due, o.id) < (me.priority, me.held_due, me.id)
                   limit $4
                 ) o)
             end as before
      from me
      """;

  /** Of some runs those that have not ended. $1 runs. */
  static final String LIVING =
      """
      select q.id from queue q where q.id = any($1)
      """;

  private RunLineSql() {}
}
