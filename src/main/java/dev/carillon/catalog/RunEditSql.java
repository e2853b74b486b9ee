package dev.carillon.catalog;

/** How a run that has not begun is changed. */
final class RunEditSql {

  /**
   * The queue row, locked against claims, ends and other edits: what is read stays so. Whether the
   * run is SCHEDULED is as {@link RunShownSql#READ} has it. $1 run, $2 tenant, $3 now.
   */
  static final String LOCK =
      """
      select q.state = 'QUEUED'
               and (q.held_by is null and q.due_at > $3 or coalesce(q.held_by = 'overlap' and q.held_due > $3, false))
               as scheduled,
             q.held_by is not null as held, coalesce(q.held_due, q.due_at) as due_at,
             q.queue, q.priority, q.schedule_id
      from queue q
      where q.id = $1 and q.tenant_id = $2
      for update
      """;

  /** What the run itself says; its queue row is locked. $1 run, $2 tenant. */
  static final String WRITTEN =
      """
      select r.priority, r.expires_at,
             coalesce((select s.priority from schedules s where s.id = r.schedule_id),
                      (select j.priority from jobs j where j.id = r.job_id), 2::smallint) as usual_priority
      from runs r
      where r.id = $1 and r.tenant_id = $2
      """;

  /**
   * The run and its queue row together; one that is held stays so, and has its time then. With
   * another time it counts as moved. $1 run, $2 tenant, $3 due, $4 the run's priority, $5 that of
   * its queue row, $6 whether it is held.
   */
  static final String CHANGE =
      """
      with written as (
        update runs set due_at = $3, priority = $4 where id = $1 and tenant_id = $2
      )
      update queue
      set due_at = case when $6 then 'infinity' else $3::timestamptz end,
          held_due = case when $6 then $3::timestamptz end,
          priority = $5,
          moved = case when coalesce(held_due, due_at) is distinct from $3::timestamptz then true else moved end
      where id = $1 and tenant_id = $2
      """;

  private RunEditSql() {}
}
