package dev.carillon.worker;

/**
 * How runs come to a worker. The claim and the look for overdue runs are planned once, when the
 * tables may be empty: no join of theirs may depend on statistics.
 */
final class ClaimSql {

  private ClaimSql() {}

  /**
   * Claims runs by their ids; $1 ids, $2 now, $3 worker, $4 default timeout and $5 grace in
   * milliseconds, $6 the lowest and $7 the highest of the ids, $8 up to which due instant: a run
   * that is claimed a moment ahead is locked from its instant on, and starts then. $9 whether every
   * tenant has a limit, $10 the tenants that have; $11 whether runs under limits are claimed, as
   * {@link dev.carillon.limit.Limits} has given them places.
   *
   * <p>Without $11, a run under a limit is not claimed but named: its row has nothing but its id
   * and {@code limited}. Whether it stands under one is known from what is read of it anyway.
   *
   * <p>Whoever else holds a row's lock is passed over: it is being claimed, cancelled or taken
   * back. A worker that was retired gets nothing. Ids without a row, not yet due or already taken
   * are simply not returned. Nor is what should have started by now and never did: the ticker ends
   * it as MISSED, and until it comes to that, nobody starts it late. A queue row without its run is
   * returned all the same, to be ended with an error rather than to lie there for ever.
   */
  static final String CLAIM =
      """
      with expired as materialized (
        -- One look for all of them, into an index that is empty where nothing expires. Opaque, so that it is this index.
        select coalesce(array_agg(e.run_id), '{}') as runs
        from expiries e
        where e.run_id = any($1) and case when e.expires_at <= $2 then true else false end
      ), l as materialized (
        select q.id,
               q.concurrency_key is not null or $9::boolean or q.tenant_id = any($10::text[]) as limited
        from queue q
        where q.id = any($1)
          -- One opaque condition: the ids alone choose the index, and the planner guesses that half of them match. Guessing
          -- one row, as it does from the conditions singly, it joins by nested loops, and 500 runs cost 125,000 comparisons.
          and case when q.state in ('QUEUED', 'RETRY_SCHEDULED') and q.held_by is null and q.due_at <= $8
                and (q.attempt > 0 or q.id <> all((select x.runs from expired x)::uuid[]))
              then true else false end
          and exists (select from workers w where w.id = $3 and w.retired_at is null)
        order by q.id
        for update skip locked
      ), w as materialized (
        -- By the ids as they came, and by their bounds: of an array nobody knows the partitions when the plan is made.
        select r.id, r.job_id, r.schedule_id, r.fire_at, r.trace, r.target::text as target,
               r.params::text as params, r.scope::text as scope, r.retry::text as retry, r.due_at as first_due,
               j.version as job_version, j.timeout_ms, j.limited
        from runs r
        -- One look-up a row, by offset 0; joined freely, a plan that saw few jobs would read all of them each time.
        left join lateral (
          select jobs.version, jobs.timeout_ms,
                 jobs.max_concurrency is not null or jobs.concurrency_key is not null as limited
          from jobs where jobs.id = r.job_id offset 0
        ) j on true
        where r.id = any($1) and r.id between $6 and $7
      ), t as materialized (
        select jsonb_object_agg(w.id, w.timeout_ms) filter (where w.timeout_ms <> $4) as timeouts,
               jsonb_object_agg(w.id, true) filter (where w.limited and not $11::boolean) as limited
        from w
      ), k as materialized (
        -- A look-up a row, and for batches without a limit not even that.
        select l.id,
               case when $11 then false
                 when l.limited then true
                 when (select t.limited from t) is null then false
                 else (select t.limited from t) ? l.id::text end as limited
        from l
      ), c as (
        -- No join: whatever statistics say of the queue (they may tell of an empty one), this is one look-up a row.
        update queue q
        set state = 'RUNNING',
            attempt = q.attempt + 1,
            locked_by = $3,
            locked_at = greatest($2, q.due_at),
            deadline = greatest($2, q.due_at) + ($5 + coalesce(((select t.timeouts from t) ->> q.id::text)::bigint, $4))
              * interval '1 millisecond',
            placed = case when $11 then true end
        where q.id = any(array(select k.id from k where not k.limited))
        returning q.id, q.tenant_id, q.attempt, q.generation, q.tried, q.lost, q.due_at, q.locked_at, q.locked_by,
                  q.aged_from, q.placed
      ), told as (
        insert into outbox (at, kind, worker_id, runs, attempts)
        select $2, 'STARTED', $3, array_agg(c.id), array_agg(c.attempt) from c
        having count(*) > 0
      )
      select c.*, w.id is not null as written, w.job_id, w.job_version, w.schedule_id, w.fire_at, w.trace, w.target,
             w.params, w.scope, w.retry, w.first_due, false as limited
      -- A full join can only be hashed or merged; a nested loop would compare every row with every other. The condition is
      -- written so that the planner does not see that it makes a left join of it.
      from c
      full join w on w.id = c.id
      where coalesce(c.id, null) is not null
      union all
      select k.id, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
             null, null, null, true
      from k
      where k.limited
      """;

  /**
   * Runs that stand as claimed by this worker, by id: after a claim whose answer was lost. $1 ids,
   * $2 worker.
   */
  static final String HELD =
      """
      select q.id, q.tenant_id, q.attempt, q.generation, q.tried, q.lost, q.due_at, q.locked_at, q.locked_by,
             q.aged_from, q.placed, r.id is not null as written, r.job_id, j.version as job_version, r.schedule_id, r.fire_at, r.trace,
             r.target::text as target, r.params::text as params, r.scope::text as scope, r.retry::text as retry,
             r.due_at as first_due
      from queue q
      left join runs r on r.id = q.id and r.id = any($1)
      left join jobs j on j.id = r.job_id
      where q.id = any($1) and q.state = 'RUNNING' and q.locked_by = $2
      """;

  /** Everything that stands as claimed by this worker. $1 queues, $2 now, $3 worker. */
  static final String LOCKED_BY_ME =
      """
      select q.id from queue q
      where q.queue = any($1) and q.priority = any('{0,1,2,3,4}') and q.due_at <= $2
        and q.state = 'RUNNING' and q.locked_by = $3
      """;

  /**
   * Overdue runs of some queues: for a worker that was given no hints, so that no run waits for one
   * particular message, and now and then for any other, so that none waits behind more urgent ones
   * that keep coming. They come in the order of {@link Turns}: of eight, one is the oldest
   * whichever its priority, the others are the most urgent. Each level is looked into by itself, so
   * that a crowd of low ones hides nothing. $1 queues, $2 now, $3 how many, $4 how many turns have
   * passed since the oldest had its own.
   */
  static final String OVERDUE =
      """
      with o as materialized (
        select q.id, q.due_at, p.priority
        from unnest($1::text[]) as n(name)
        cross join generate_series(0, 4) as p(priority)
        cross join lateral (
          select q.id, q.due_at
          from queue q
          where q.queue = n.name and q.priority = p.priority and q.due_at <= $2
            and q.state in ('QUEUED', 'RETRY_SCHEDULED') and q.held_by is null
            -- What no claim takes must not be in the way. Looked up once, as a rule in vain; limited, so that it is hashed
            -- whatever statistics say.
            and (q.attempt > 0 or q.id not in (
              select e.run_id from expiries e where e.expires_at <= $2 order by e.expires_at limit 10000))
          order by q.due_at
          limit $3
        ) q
      ), r as (
        select o.*, row_number() over (order by o.priority, o.due_at, o.id) as urgent,
               row_number() over (order by o.due_at, o.id) as oldest
        from o
      )
      select r.id, r.due_at, r.priority
      from r
      -- The n-th of the urgent has its turn at 8n/7, the n-th of the oldest at 8n, and then after it; here in fourteenths.
      order by least(r.urgent * 16, (r.oldest * 8 - $4) * 14 + 1), r.priority, r.due_at
      limit $3
      """;

  /** Which queues have rows at all: one index probe for each, however many rows they have. */
  static final String QUEUE_NAMES =
      """
      with recursive n(name) as (
        (select q.queue from queue q order by q.queue limit 1)
        union all
        select (select q.queue from queue q where q.queue > n.name order by q.queue limit 1)
        from n where n.name is not null
      )
      select n.name from n where n.name is not null
      """;

  /** What a worker must know of some jobs. $1 ids. */
  static final String DEFINITIONS =
      """
      select j.id, j.key, j.version, j.target::text as target, j.retry::text as retry, j.timeout_ms
      from jobs j where j.id = any($1)
      """;
}
