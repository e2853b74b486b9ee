package dev.carillon.worker;

/** A worker's own row. */
final class WorkerSql {

  private WorkerSql() {}

  /** $1 id, $2 name, $3 slots, $4 queues or null, $5 version, $6 lease in milliseconds. */
  static final String REGISTER =
      """
      insert into workers (id, name, started_at, lease_until, slots, queues, version)
      values ($1, $2, now(), now() + $6 * interval '1 millisecond', $3, $4, $5)
      """;

  /**
   * One small statement, however many runs are in hand. No row: the worker was retired. $1 id, $2
   * lease in ms.
   */
  static final String EXTEND =
      """
      update workers set lease_until = now() + $2 * interval '1 millisecond', beat = beat + 1
      where id = $1 and retired_at is null
      returning beat
      """;

  /** The worker says goodbye by itself. $1 id. */
  static final String RETIRE =
      "update workers set retired_at = now() where id = $1 and retired_at is null";

  /** Which of the runs in hand somebody wants cancelled. $1 ids, $2 worker. */
  static final String CANCEL_REQUESTED =
      """
      select q.id from queue q where q.id = any($1) and q.locked_by = $2 and q.cancel_requested
      """;
}
