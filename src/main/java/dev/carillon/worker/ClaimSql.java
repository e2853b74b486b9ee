package dev.carillon.worker;

/** How runs come to a worker. */
final class ClaimSql {

  private ClaimSql() {}

  /** What is returned of a claimed run, by whichever statement. */
  private static final String CLAIMED =
      """
      c.id, c.tenant_id, c.attempt, c.generation, c.tried, c.lost, c.due_at, c.locked_at, c.locked_by,
      r.id is not null as written, r.job_id, j.version as job_version, r.schedule_id, r.fire_at, r.trace,
      r.target::text as target, r.params::text as params, r.scope::text as scope, j.timeout_ms
      """;

  /**
   * Claims runs by their ids; $1 ids, $2 now (or the latest due instant a hint named), $3 worker,
   * $4 default timeout and $5 grace in milliseconds.
   *
   * <p>Whoever else holds a row's lock is passed over: it is being claimed, cancelled or taken
   * back. A worker that was retired gets nothing. Ids without a row, not yet due or already taken
   * are simply not returned. A queue row without its run is returned all the same, to be ended with
   * an error rather than to lie there for ever.
   */
  static final String CLAIM =
      """
      with l as materialized (
        select q.id
        from queue q
        where q.id = any($1)
          and q.state in ('QUEUED', 'RETRY_SCHEDULED')
          and q.held_by is null
          and q.due_at <= $2
          and exists (select from workers w where w.id = $3 and w.retired_at is null)
        order by q.id
        for update skip locked
      ), c as (
        update queue q
        set state = 'RUNNING',
            attempt = q.attempt + 1,
            locked_by = $3,
            locked_at = $2,
            deadline = $2 + ($5 + coalesce(
              -- Two look-ups by primary key; the ids repeated, so that partitions are pruned.
              (select j.timeout_ms from jobs j
               where j.id = (select r.job_id from runs r where r.id = q.id and r.id = any($1))), $4))
              * interval '1 millisecond'
        -- An array, so that the index is used whatever is guessed about l.
        where q.id = any(array(select id from l))
        returning q.*
      ), told as (
        insert into outbox (at, kind, worker_id, runs, attempts)
        select $2, 'STARTED', $3, array_agg(c.id), array_agg(c.attempt) from c
        having count(*) > 0
      )
      select
      """
          + CLAIMED
          + """
      from c
      left join runs r on r.id = c.id and r.id = any($1)
      left join jobs j on j.id = r.job_id
      """;

  /**
   * Runs that stand as claimed by this worker, by id: after a claim whose answer was lost. $1 ids,
   * $2 worker.
   */
  static final String HELD =
      "select "
          + CLAIMED
          + """
      from queue c
      left join runs r on r.id = c.id and r.id = any($1)
      left join jobs j on j.id = r.job_id
      where c.id = any($1) and c.state = 'RUNNING' and c.locked_by = $2
      """;

  /** Everything that stands as claimed by this worker. $1 queues, $2 now, $3 worker. */
  static final String LOCKED_BY_ME =
      """
      select q.id from queue q
      where q.queue = any($1) and q.due_at <= $2 and q.state = 'RUNNING' and q.locked_by = $3
      """;

  /**
   * The oldest overdue runs of some queues, the urgent ones among them first: for a worker that was
   * given no hints, so that no run waits for one particular message. $1 queues, $2 now, $3 how many
   * to look at in each queue, $4 how many to return.
   */
  static final String OVERDUE =
      """
      select o.id, o.due_at, o.priority
      from unnest($1::text[]) as n(name)
      cross join lateral (
        select q.id, q.due_at, q.priority
        from queue q
        where q.queue = n.name and q.due_at <= $2
          and q.state in ('QUEUED', 'RETRY_SCHEDULED') and q.held_by is null
        order by q.due_at
        limit $3
      ) o
      order by o.priority, o.due_at
      limit $4
      """;

  /** Which queues have rows at all: one index probe for each, however many rows they have. */
  static final String QUEUE_NAMES =
      """
      with recursive n(name) as (
        (select q.queue from queue q order by q.queue limit 1)
        union all
        select (select q.queue from queue q where q.queue > n.name order by q.queue limit 1)
        from n where n.name is not null
      )
      select n.name from n where n.name is not null
      """;

  /** What a worker must know of some jobs. $1 ids. */
  static final String DEFINITIONS =
      """
      select j.id, j.key, j.version, j.target::text as target, j.retry::text as retry, j.timeout_ms
      from jobs j where j.id = any($1)
      """;
}
