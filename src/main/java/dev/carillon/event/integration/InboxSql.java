package dev.carillon.event.integration;

/** How a request is remembered. */
final class InboxSql {

  /**
   * No row: it is known. The primary key decides; whoever comes second waits here for the first
   * one's commit. $1 tenant, $2 source, $3 id, $4 run, $5 now.
   */
  static final String RECEIVE =
      """
      insert into inbox (tenant_id, source, event_id, run_id, received_at)
      values ($1, $2, $3, $4, $5)
      on conflict do nothing
      """;

  /** The dedupe key had made another run before. $1 tenant, $2 source, $3 id, $4 that run. */
  static final String POINT_TO =
      """
      update inbox set run_id = $4 where tenant_id = $1 and source = $2 and event_id = $3
      """;

  private InboxSql() {}
}
