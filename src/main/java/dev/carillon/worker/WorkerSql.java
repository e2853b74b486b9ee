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

  /**
   * Which of the attempts in hand are to stop: somebody wants them cancelled, or the run has ended
   * without them. One element an attempt: $1 runs, $2 numbers.
   */
  static final String TO_STOP =
      """
      select u.id, u.attempt
      from unnest($1::uuid[], $2::int[]) as u(id, attempt)
      left join queue q on q.id = u.id
      where q.id is null or q.attempt <> u.attempt or q.state <> 'RUNNING' or q.cancel_requested
      """;
}
