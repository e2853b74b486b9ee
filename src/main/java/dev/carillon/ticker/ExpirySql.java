package dev.carillon.ticker;

/** How runs end that may not start any more. */
final class ExpirySql {

  private ExpirySql() {}

  /**
   * Ends what has expired before anybody took it, also where its group has not let it go yet, and
   * forgets the time of whatever has started, or ended, meanwhile. A row that somebody has locked
   * at this moment is being claimed or cancelled, or not, and is looked at once more. A FIXED_DELAY
   * counts from here, as from every end. $1 now, $2 how many at once.
   */
  static final String EXPIRE =
      """
      with gone as materialized (
        select e.run_id from expiries e
        where e.expires_at <= $1
        order by e.expires_at
        limit $2
        for update skip locked
      ), l as materialized (
        select q.id, q.tenant_id, q.schedule_id, q.generation, q.held_by, q.overlap
        from queue q
        where q.id = any(array(select gone.run_id from gone)) and q.state in ('QUEUED', 'PENDING') and q.attempt = 0
        order by q.id
        for update skip locked
      ), busy as materialized (
        select q.id from queue q
        where q.id = any(array(select gone.run_id from gone)) and q.state in ('QUEUED', 'PENDING') and q.attempt = 0
          and q.id <> all(array(select l.id from l))
      ), forgotten as (
        delete from expiries e
        where e.run_id = any(array(select gone.run_id from gone)) and e.run_id <> all(array(select busy.id from busy))
      ), ended as (
        delete from queue q where q.id = any(array(select l.id from l))
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select l.id, l.generation, 1, l.tenant_id, 'MISSED', 'MISSED', $1 from l
      ), rearmed as (
        update clock c
        set awaited_run = null,
            next_fire_at = case when c.enabled and coalesce(c.runs_left, 1) > 0 then $1::timestamptz + c.delay_ms * interval '1 millisecond' end
        where c.schedule_id = any(array(select l.schedule_id from l)) and c.awaited_run = any(array(select l.id from l))
        returning c.schedule_id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        select $1, 'ENDED', array_agg(l.id), array_agg(1) from l
        having count(*) > 0
      )
      select (select count(*) from busy) as busy, (select count(*) from rearmed) as rearmed,
             -- Whoever had the place has left it, also who waited for a limit with it.
             (select array_agg(distinct l.schedule_id) from l where l.overlap is not null and l.held_by is distinct from 'overlap') as places
      """;

  /** When the next run expires; null: none does. */
  static final String NEXT = "select min(expires_at) as next from expiries";
}
