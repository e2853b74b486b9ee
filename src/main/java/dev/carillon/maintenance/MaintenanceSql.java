package dev.carillon.maintenance;

/** Statements of the duties that one process does for all. */
final class MaintenanceSql {

  private MaintenanceSql() {}

  /** Who lives, and how their leases move. */
  static final String WORKERS = "select id, name, beat from workers where retired_at is null";

  /** Retires a worker whose beat stood still, unless it moved meanwhile. $1 id, $2 beat. */
  static final String RETIRE =
      """
      update workers set retired_at = now()
      where id = $1 and beat = $2 and retired_at is null
      returning id
      """;

  /**
   * Attempts that nobody is at any more: their worker is retired, or does not end them although
   * their time is long up. $1 now, $2 how many.
   */
  static final String ABANDONED =
      """
      with recursive n(name) as (
        (select q.queue from queue q order by q.queue limit 1)
        union all
        select (select q.queue from queue q where q.queue > n.name order by q.queue limit 1)
        from n where n.name is not null
      )
      select a.id, a.attempt, a.locked_by, a.locked_at, a.tried, a.lost, a.alive, j.version, j.timeout_ms,
             j.retry::text as retry, a.generation, coalesce(a.aged_from, r.due_at) as aged_from,
             r.retry::text as own_retry, j.key as job_key, a.tenant_id, a.schedule_id, r.trace
      from n
      cross join lateral (
        select q.id, q.attempt, q.locked_by, q.locked_at, q.tried, q.lost, q.generation, q.aged_from,
               q.tenant_id, q.schedule_id, w.id is not null as alive
        from queue q
        left join workers w on w.id = q.locked_by and w.retired_at is null
        where q.queue = n.name and q.priority = any('{0,1,2,3,4}') and q.due_at <= $1 and q.state = 'RUNNING'
          and (w.id is null or q.deadline < $1)
        limit $2
      ) a
      left join runs r on r.id = a.id
      left join jobs j on j.id = r.job_id
      where n.name is not null
      limit $2
      """;

  /** $1 now. */
  static final String PARTITIONS = "select carillon_make_partitions($1, 12)";

  /** Answers that nobody may ask for again. $1 older than, $2 how many at once. */
  static final String OLD_ANSWERS =
      """
      delete from idempotency_keys
      where (tenant_id, key) in (
        select tenant_id, key from idempotency_keys where created_at < $1 order by created_at limit $2)
      """;

  /** Requests that are too long ago to come again. $1 older than, $2 how many at once. */
  static final String OLD_REQUESTS =
      """
      delete from inbox
      where (tenant_id, source, event_id) in (
        select tenant_id, source, event_id from inbox where received_at < $1 order by received_at limit $2)
      """;

  /**
   * What attempts said of their progress that ended without their worker. $1 said before, $2 how
   * many at once.
   */
  static final String OLD_PROGRESS =
      """
      delete from run_progress
      where run_id in (
        select p.run_id from run_progress p
        where p.at < $1 and not exists (
          select from queue q where q.id = p.run_id and q.state = 'RUNNING' and q.attempt = p.attempt)
        limit $2)
      """;

  /**
   * Dedupe keys that count no longer. Whoever takes one over meanwhile has it: the second condition
   * is asked again of the row as it then stands. $1 expired before, $2 how many at once.
   */
  static final String EXPIRED_KEYS =
      """
      delete from dedupe_keys
      where (tenant_id, namespace, key) in (
        select tenant_id, namespace, key from dedupe_keys where expires_at < $1 order by expires_at limit $2)
        and expires_at < $1
      """;

  /** Rows of workers that are long gone. $1 older than. */
  static final String OLD_WORKERS = "delete from workers where retired_at < $1";
}
