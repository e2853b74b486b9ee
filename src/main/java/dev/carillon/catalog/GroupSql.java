package dev.carillon.catalog;

/** What the write side does to groups. */
final class GroupSql {

  /**
   * A run lives again that was counted as ended, or will be. $1 group, $2 tenant, $3 how it had
   * ended.
   */
  static final String REVIVED =
      """
      update groups
      set open = open + 1, failed = failed - ($3 = 'FAILED')::int, dead = dead - ($3 = 'DEAD')::int,
          canceled = canceled - ($3 = 'CANCELED')::int, status = 'RUNNING', canceled_at = null, ended_at = null,
          version = version + 1, updated_at = now()
      where id = $1 and tenant_id = $2
      """;

  private GroupSql() {}
}
