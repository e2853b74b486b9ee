package dev.carillon.catalog;

/** How a run is cancelled. */
final class CancelSql {

  /** Decides which way; held until the transaction ends. $1 run, $2 tenant. */
  static final String LOCK =
      """
      select q.state::text as state, q.attempt, q.generation, q.schedule_id, q.group_id,
             q.overlap is not null as overlaps
      from queue q
      where q.id = $1 and q.tenant_id = $2
      for update
      """;

  /**
   * Ends a run that nobody has, and tells it: the attempt takes the next number and was never
   * started. The row is locked. $1 run, $2 tenant, $3 generation, $4 attempt, $5 now.
   */
  static final String END =
      """
      with ended as (
        delete from queue where id = $1 and tenant_id = $2
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        values ($1, $3, $4, $2, 'CANCELED', 'CANCELED', $5)
      )
      insert into outbox (at, kind, tenant_id, runs, attempts)
      values ($5, 'ENDED', $2, array[$1::uuid], array[$4::integer])
      """;

  /** Asks whoever runs it; the statement that completes it looks here. $1 run, $2 tenant. */
  static final String ASK =
      """
      update queue set cancel_requested = true where id = $1 and tenant_id = $2
      """;

  private CancelSql() {}
}
