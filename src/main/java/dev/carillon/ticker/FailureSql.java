package dev.carillon.ticker;

/** How a failure starts another job's run. */
final class FailureSql {

  private FailureSql() {}

  /**
   * Ends that are not answered yet, and what would answer them. {@code depth} is how many runs were
   * started by failures before, one by the other. $1 how many, $2 how deep they are looked at.
   */
  static final String READ =
      """
      select f.run_id, f.generation, f.tenant_id, f.attempt, f.at, r.trace, j.key as job_key, j.on_failure,
             t.id as job_id, t.status, up.depth
      from failure_starts f
      left join runs r on r.id = f.run_id
      left join jobs j on j.id = r.job_id
      left join jobs t on t.tenant_id = f.tenant_id and t.key = j.on_failure
      cross join lateral (
        with recursive cause(id, depth) as (
          select r.caused_by, 0
          union all
          select c.caused_by, cause.depth + 1
          from cause join runs c on c.id = cause.id
          where cause.depth < $2
        )
        select max(cause.depth) as depth from cause
      ) up
      order by f.run_id, f.generation
      limit $1
      """;

  /**
   * Makes the runs and forgets what they answer, or neither; nothing under a lease that was taken
   * over. $1–$3 the lease's name, holder and epoch. One element a failure: $4 runs, $5 generations,
   * $6 the ids of the new runs, $7 their jobs, $8 their traceparents. $9 now.
   *
   * <p>The new runs' parameters are the job's own, and over them what has failed. A job that was
   * archived since it was read starts nothing; it is read again.
   */
  static final String START =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), d as (
        select * from unnest($4::uuid[], $5::int[], $6::uuid[], $7::uuid[], $8::text[])
          as d(run_id, generation, id, job_id, trace)
      ), answered as materialized (
        select d.id, d.run_id, d.generation, d.job_id, d.trace, f.tenant_id, r.scope, t.priority, t.queue,
               t.concurrency_key as template,
               coalesce(t.params, '{}') || jsonb_strip_nulls(jsonb_build_object(
                 'failedRun', f.run_id, 'jobKey', j.key, 'scheduleId', r.schedule_id, 'generation', f.generation,
                 'attempt', f.attempt, 'state', f.state, 'errorClass', a.error ->> 'class')) as params
        from d
        join failure_starts f on f.run_id = d.run_id and f.generation = d.generation
        join runs r on r.id = d.run_id and r.id = any($4)
        join jobs j on j.id = r.job_id
        join jobs t on t.id = d.job_id and t.status <> 'ARCHIVED'
        left join attempts a on a.run_id = f.run_id and a.run_id = any($4) and a.generation = f.generation
          and a.attempt = f.attempt
        where exists (select from live)
      ), forgotten as (
        delete from failure_starts f
        using answered
        where f.run_id = answered.run_id and f.generation = answered.generation
      ), used as (
        update jobs set status = 'ACTIVE'
        where id = any(array(select answered.job_id from answered)) and status = 'CREATED'
      ), written as (
        insert into runs (id, tenant_id, job_id, due_at, created_at, priority, trace, params, scope, concurrency_key,
                          caused_by)
        select answered.id, answered.tenant_id, answered.job_id, $9, $9, answered.priority, answered.trace,
               answered.params, answered.scope,
               carillon_concurrency_key(answered.template, answered.params, answered.scope), answered.run_id
        from answered
        on conflict do nothing
        returning id, concurrency_key
      )
      insert into queue (id, tenant_id, queue, priority, due_at, concurrency_key)
      select answered.id, answered.tenant_id, answered.queue, answered.priority, $9, written.concurrency_key
      from answered join written on written.id = answered.id
      returning id, tenant_id, queue, priority, due_at
      """;

  /**
   * Forgets ends that nothing answers. $1–$3 the lease's name, holder and epoch, $4 runs, $5
   * generations.
   */
  static final String DROP =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      )
      delete from failure_starts f
      using unnest($4::uuid[], $5::int[]) as d(run_id, generation)
      where f.run_id = d.run_id and f.generation = d.generation and exists (select from live)
      """;
}
