package dev.carillon.ticker;

/** Which runs are due. */
final class DueSql {

  private DueSql() {}

  /**
   * Runs that fall due within a window, queue by queue and priority by priority, so that one index
   * serves and no crowd hides another level. $1 after, $2 up to and including, $3 how many of each
   * queue and priority. Planned once, when the queue may be empty.
   */
  static final String WINDOW =
      """
      with recursive n(name) as (
        (select q.queue from queue q order by q.queue limit 1)
        union all
        select (select q.queue from queue q where q.queue > n.name order by q.queue limit 1)
        from n where n.name is not null
      )
      select d.id, d.due_at, p.priority, d.tenant_id, n.name as queue
      from n
      cross join generate_series(0, 4) as p(priority)
      cross join lateral (
        select q.id, q.due_at, q.tenant_id
        from queue q
        where q.queue = n.name and q.priority = p.priority and q.due_at > $1 and q.due_at <= $2
          and q.state in ('QUEUED', 'RETRY_SCHEDULED') and q.held_by is null
        order by q.due_at
        limit $3
      ) d
      where n.name is not null
      """;

  /** What a due event tells those who do not read the database. $1 ids. */
  static final String DETAILS =
      """
      select r.id, j.key as job, r.trace
      from runs r
      left join jobs j on j.id = r.job_id
      where r.id = any($1)
      """;
}
