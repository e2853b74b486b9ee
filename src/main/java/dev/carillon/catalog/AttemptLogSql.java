package dev.carillon.catalog;

/** What handlers wrote down, in one tenant's name. */
final class AttemptLogSql {

  private AttemptLogSql() {}

  /**
   * The log of an attempt as far as it is written; null when there is none. $1 run, $2 number, $3
   * tenant.
   */
  static final String READ =
      """
      select string_agg(l.text, '' order by l.part) as log
      from attempt_logs l
      where l.run_id = $1 and l.attempt = $2 and l.tenant_id = $3
      """;
}
