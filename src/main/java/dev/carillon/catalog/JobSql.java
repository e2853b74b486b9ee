package dev.carillon.catalog;

/** What an edit of a job asks of those that use it. */
final class JobSql {

  /**
   * With which parameters of their own schedules use a job that still fire, each once; the job is
   * locked. $1 tenant, $2 job, $3 how many.
   */
  static final String PARAMS_IN_USE =
      """
      select s.params::text as params, min(s.key) as key
      from schedules s
      where s.tenant_id = $1 and s.job_id = $2 and s.enabled and s.status <> 'EXHAUSTED'
      group by s.params
      limit $3
      """;

  private JobSql() {}
}
