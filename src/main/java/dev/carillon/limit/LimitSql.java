package dev.carillon.limit;

/**
 * How places under limits are given. The limits' rows are locked first, in their order; rows of the
 * queue after them, but never waited for: whoever has one locked ends it, or waits for nothing of
 * ours.
 */
final class LimitSql {

  private LimitSql() {}

  /**
   * For the rest of the transaction statements are planned once on each connection: planning costs
   * each of these, and the claim, several times what it does. So no join of theirs depends on
   * statistics, as on the hot path. And a limit that somebody keeps locked is not waited for:
   * whoever decides has more to do.
   */
  static final String BEGIN =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('lock_timeout', '200ms', true)
      """;

  /**
   * Whoever has these rows decides alone. Made where they are missing, in the same pass, so that
   * two who both make some wait for each other in one direction only. $1 tenants, $2 keys.
   */
  static final String LOCK =
      """
      insert into limits (tenant_id, key)
      select k.tenant_id, k.key from unnest($1::text[], $2::text[]) as k(tenant_id, key)
      order by k.tenant_id, k.key
      on conflict (tenant_id, key) do update set key = excluded.key
      """;

  private static final String CANDIDATES =
      """
      with fresh as materialized (
        select q.id, q.tenant_id, q.queue, q.priority, q.due_at as due, null::text as held_key, q.attempt,
               q.concurrency_key
        from queue q
        where q.id = any($1) and q.state in ('QUEUED', 'RETRY_SCHEDULED') and q.held_by is null and q.due_at <= $2
        order by q.id
        %1$s
      ), line as materialized (
        select h.*
        from unnest($4::text[], $5::text[]) as k(tenant_id, key)
        cross join generate_series(0, 4) as p(priority)
        cross join lateral (
          select q.id, q.tenant_id, q.queue, q.priority, q.held_due, q.held_key, q.attempt, q.concurrency_key
          from queue q
          where q.tenant_id = k.tenant_id and q.held_key = k.key and q.priority = p.priority
            and q.state in ('QUEUED', 'RETRY_SCHEDULED')
            -- Whom nobody may start, or nobody serves, would keep the place from those behind it.
            and (q.attempt > 0
                 or not exists (select from expiries e where e.run_id = q.id and e.expires_at <= $3))
            and exists (
              select from workers w where w.retired_at is null and (w.queues is null or q.queue = any(w.queues)))
          order by q.held_due, q.id
          limit $6
          %1$s
        ) h
      ), c as (
        select * from fresh union all select * from line
      )
      select c.id, c.tenant_id, c.queue, c.priority, c.due, c.held_key, c.attempt, j.id as job_id,
             case when j.concurrency_key is null then j.max_concurrency end as job_most,
             -- A run that was made before its job had a key has its value from now on.
             coalesce(c.concurrency_key, carillon_concurrency_key(j.concurrency_key, r.params, r.scope)) as value,
             case when j.concurrency_key is null then 1 else coalesce(j.max_concurrency, 1) end as value_most,
             c.held_key is null and exists (
               select from places p
               where p.run_id = c.id and p.attempt = c.attempt + 1 and p.until > $3) as kept
      from c
      left join lateral (
        select runs.job_id, runs.params, runs.scope from runs where runs.id = c.id offset 0
      ) r on true
      left join lateral (
        select jobs.id, jobs.max_concurrency, jobs.concurrency_key from jobs where jobs.id = r.job_id offset 0
      ) j on true
      """;

  /**
   * Who may get places, and under which limits: runs that are due, and those that wait first in
   * some lines. $1 runs, $2 up to which due instant, $3 now, $4 tenants and $5 keys of the lines,
   * $6 how many of each priority in each line.
   */
  static final String LOOK = CANDIDATES.formatted("");

  /** The same, locked; what somebody else has locked is passed over. */
  static final String LOOK_LOCKED = CANDIDATES.formatted("for update of q skip locked");

  /**
   * How many places are taken. $1 tenants, $2 keys, $3 now, $4 runs whose kept places are not
   * counted: it is decided about them anew.
   */
  static final String TAKEN =
      """
      select k.tenant_id, k.key, t.taken
      from unnest($1::text[], $2::text[]) as k(tenant_id, key)
      cross join lateral (
        select count(*)::int as taken
        from places p
        cross join lateral (
          select queue.id, queue.state, queue.attempt, queue.held_by from queue where queue.id = p.run_id offset 0
        ) q
        where p.tenant_id = k.tenant_id and p.key = k.key
          and case when q.state = 'RUNNING' then q.attempt = p.attempt
                else q.attempt + 1 = p.attempt and q.held_by is null and p.until > $3 and q.id <> all($4::uuid[]) end
      ) t
      """;

  /** Lets runs go that wait: from here on they are due like any other. They are locked. $1 runs. */
  static final String RELEASE =
      """
      update queue q
      set held_by = null, held_key = null, due_at = q.held_due, held_due = null
      where q.id = any($1)
      """;

  /**
   * Lets runs wait, or wait for another limit. They are locked. $1 runs, $2 what people are told,
   * $3 the limits' keys.
   */
  static final String HOLD =
      """
      update queue q
      set held_by = ($2::text[])[array_position($1, q.id)],
          held_key = ($3::text[])[array_position($1, q.id)],
          held_due = case when q.held_by is null then q.due_at else q.held_due end,
          due_at = 'infinity'
      where q.id = any($1)
      """;

  /**
   * Gives places. $1 tenants, $2 keys, $3 runs, $4 attempts, $5 until when they are kept; null:
   * used.
   */
  static final String PLACE =
      """
      insert into places (tenant_id, key, run_id, attempt, until)
      select * from unnest($1::text[], $2::text[], $3::uuid[], $4::int[], $5::timestamptz[])
      on conflict (tenant_id, key, run_id) do update set attempt = excluded.attempt, until = excluded.until
      """;

  /**
   * Limits that somebody waits for: one index probe each. $1 tenant and $2 key after which, $3 how
   * many.
   */
  static final String WAITED_FOR =
      """
      with recursive k(tenant_id, key) as (
        (select q.tenant_id, q.held_key from queue q
         where q.held_key is not null and (q.tenant_id, q.held_key) > ($1, $2)
         order by q.tenant_id, q.held_key limit 1)
        union all
        select n.tenant_id, n.held_key
        from k
        cross join lateral (
          select q.tenant_id, q.held_key from queue q
          where q.held_key is not null and (q.tenant_id, q.held_key) > (k.tenant_id, k.key)
          order by q.tenant_id, q.held_key limit 1
        ) n
      )
      select k.tenant_id, k.key from k limit $3
      """;

  /** Limits of which places stand that do not count any more. $1 now, $2 how many. */
  static final String STALE =
      """
      select distinct s.tenant_id, s.key
      from (
        select p.tenant_id, p.key from places p
        where not exists (
          select from queue q
          where q.id = p.run_id
            and case when q.state = 'RUNNING' then q.attempt = p.attempt
                  else q.attempt + 1 = p.attempt and q.held_by is null and p.until > $1 end)
        limit $2
      ) s
      """;

  /**
   * Removes them. The limits are locked, so that nobody gives what is looked at. $1 tenants, $2
   * keys, $3 now.
   */
  static final String REMOVE_STALE =
      """
      delete from places p
      using unnest($1::text[], $2::text[]) as k(tenant_id, key)
      where p.tenant_id = k.tenant_id and p.key = k.key
        and not exists (
          select from queue q
          where q.id = p.run_id
            and case when q.state = 'RUNNING' then q.attempt = p.attempt
                  else q.attempt + 1 = p.attempt and q.held_by is null and p.until > $3 end)
      """;

  /**
   * Forgets limits under which nobody runs or waits. One that somebody decides about is passed
   * over; one that is needed again a moment later is made again. $1 how many.
   */
  static final String FORGET =
      """
      with d as materialized (
        select l.tenant_id, l.key from limits l
        where not exists (select from places p where p.tenant_id = l.tenant_id and p.key = l.key)
          and not exists (select from queue q where q.tenant_id = l.tenant_id and q.held_key = l.key)
        limit $1
        for update skip locked
      )
      delete from limits l using d where l.tenant_id = d.tenant_id and l.key = d.key
      """;
}
