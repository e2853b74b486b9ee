package dev.carillon.event;

/** What the relay reads and deletes. */
final class RelaySql {

  private RelaySql() {}

  /**
   * $1 the floor: ids at or below it were dealt with, but for rare latecomers; $2 how many rows.
   */
  static final String NEXT =
      """
      select id, at, kind, worker_id, tenant_id, runs, attempts, payload::text as payload
      from outbox
      where id > $1
      order by id
      limit $2
      """;

  /** Runs as they were written. $1 ids. */
  static final String RUNS =
      """
      select r.id, r.tenant_id, r.job_id, j.key as job_key, r.schedule_id, r.fire_at, r.due_at, r.created_at,
             r.priority, r.scope::text as scope, r.trace
      from runs r
      left join jobs j on j.id = r.job_id
      where r.id = any($1)
      """;

  /**
   * How attempts ended. $1 run ids, $2 attempt numbers, pairwise; the ids again, so that partitions
   * are pruned.
   */
  static final String ENDS =
      """
      select a.run_id, a.attempt, a.generation, a.worker_id, a.outcome::text as outcome,
             a.final_state::text as final_state, a.started_at, a.finished_at, a.error::text as error
      from unnest($1::uuid[], $2::int[]) as u(run_id, attempt)
      join attempts a on a.run_id = u.run_id and a.attempt = u.attempt and a.run_id = any($1)
      """;

  /** $1 ids. */
  static final String DELETE = "delete from outbox where id = any($1)";
}
