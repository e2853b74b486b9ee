package dev.carillon.event;

/**
 * What the relay reads and deletes. Planned once, when the tables may be empty: no join may depend
 * on statistics.
 */
final class RelaySql {

  private RelaySql() {}

  /**
   * Deletes what was published and reads what comes next. $1 the floor: ids at or below it were
   * dealt with, but for rare latecomers; $2 how many rows; $3 the ids of what was published; $4–$6
   * the lease's name, holder and epoch: who has lost it deletes nothing, for rows that another has
   * published meanwhile are that one's to count and to delete together.
   */
  static final String NEXT =
      """
      with live as materialized (
        select 1 from leases
        where name = $4 and holder = $5 and epoch = $6 and expires_at > clock_timestamp()
          and cardinality($3::bigint[]) > 0
        for share
      ), published as (
        delete from outbox where id = any($3) and exists (select from live)
      )
      select id, at, kind, worker_id, tenant_id, runs, attempts, payload::text as payload
      from outbox
      -- Both branches see the same rows: those that the first deletes are still there.
      where id > $1 and id <> all($3)
      order by id
      limit $2
      """;

  /**
   * The same, and counts what became of schedules by what was published, in the one statement that
   * deletes it: by the leader alone, and only if it was all still there, so that each row is
   * counted exactly once, whoever else published it and whichever answer was lost. $4–$6 as there.
   * One element a schedule: $7 ids, $8 fired, $9 succeeded, $10 failed, $11 missed, $12 skipped;
   * failures in a row: $13 before the first success, $14 the most after it, $15 since the last one,
   * null if there was none.
   *
   * <p>A schedule that reaches its limit says so by its count until it is paused, also where a
   * success followed at once. One that is disabled begins anew. One that is gone counts no more.
   */
  static final String NEXT_COUNTING =
      """
      with live as materialized (
        select 1 from leases
        where name = $4 and holder = $5 and epoch = $6 and expires_at > clock_timestamp()
        for share
      ), published as (
        delete from outbox where id = any($3) and exists (select from live)
        returning id
      ), u as (
        select * from unnest($7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
                             $13::int[], $14::int[], $15::int[])
          as u(schedule_id, fired, succeeded, failed, missed, skipped, until, longest, since)
      ), s as materialized (
        select s.id, s.tenant_id, s.enabled, s.pause_after_failures,
               coalesce((select n.failures_in_row from schedule_counts n where n.schedule_id = s.id), 0) as before
        from schedules s
        where s.id = any($7)
        order by s.id
        -- What it refers to must not go meanwhile.
        for key share
      ), m as materialized (
        select s.id, s.tenant_id, u.fired, u.succeeded, u.failed, u.missed, u.skipped,
               coalesce(u.since, s.before + u.until) as last, greatest(s.before + u.until, u.longest) as most,
               case when s.enabled then s.pause_after_failures end as pauses_at, s.enabled
        -- Full, so that it is hashed whatever statistics say, as in the claim.
        from u full join s on s.id = u.schedule_id
        where case when s.id is not null and u.schedule_id is not null then true else false end
          and (select count(*) from published) = cardinality($3)
      ), counted as (
        insert into schedule_counts as n (schedule_id, tenant_id, fired, succeeded, failed, missed, skipped,
                                          failures_in_row)
        select m.id, m.tenant_id, m.fired, m.succeeded, m.failed, m.missed, m.skipped,
               case when not m.enabled then 0 when m.most >= m.pauses_at then m.most else m.last end
        from m
        order by m.id
        on conflict (schedule_id) do update
        set fired = n.fired + excluded.fired, succeeded = n.succeeded + excluded.succeeded,
            failed = n.failed + excluded.failed, missed = n.missed + excluded.missed,
            skipped = n.skipped + excluded.skipped, failures_in_row = excluded.failures_in_row
      )
      -- First, since the rows after it may be more than a batch takes.
      select null::bigint as id, null::timestamptz as at, null as kind, null::uuid as worker_id, null as tenant_id,
             null::uuid[] as runs, null::integer[] as attempts, null as payload, array_agg(m.id) as reached
      from m
      where m.most >= m.pauses_at
      having count(*) > 0
      union all
      select o.*, null
      from (
        select id, at, kind, worker_id, tenant_id, runs, attempts, payload::text as payload
        from outbox
        -- Both branches see the same rows: those that the first deletes are still there.
        where id > $1 and id <> all($3)
        order by id
        limit $2
      ) o
      """;

  /**
   * Runs as they were written, and how attempts ended; a row may have either or both. $1 ids of
   * runs, $2 and $3 their bounds; $4 runs of attempts, $5 and $6 their bounds, $7 which numbers
   * these attempts have: more may be returned than were asked for.
   */
  static final String DETAILS =
      """
      select r.*, a.*
      from (
        select r.id, r.tenant_id, r.job_id, j.key as job_key, r.schedule_id, r.fire_at, r.due_at, r.created_at,
               r.priority, r.scope::text as scope, r.group_id, r.caused_by, r.labels::text as labels, r.trace,
               case when j.event_payload = 'FULL' then coalesce(octet_length(r.params::text), 0) end as full_bytes
        from runs r
        -- One look-up a row, by offset 0, as in the claim.
        left join lateral (select jobs.key, jobs.event_payload from jobs where jobs.id = r.job_id offset 0) j on true
        where r.id = any($1) and r.id between $2 and $3
      ) r
      -- Full, so that it is hashed or merged and never a nested loop.
      full join (
        select a.run_id, a.attempt, a.generation, a.worker_id, a.outcome::text as outcome,
               a.final_state::text as final_state, a.started_at, a.finished_at,
               -- Its message may be long, and is told by few.
               case when a.error is not null then
                 json_build_object('class', a.error -> 'class', 'retryable', a.error -> 'retryable')::text
               end as error,
               -- Asked only of the few that fail.
               case when a.final_state in ('FAILED', 'DEAD') then (
                 select true from backfill_runs b where b.run_id = a.run_id limit 1
               ) end as backfilled
        from attempts a
        -- Opaque, so that the runs alone choose the part of the index.
        where a.run_id = any($4) and a.run_id between $5 and $6
          and case when a.attempt = any($7) then true else false end
      ) a on a.run_id = r.id
      """;

  /**
   * What the events of some jobs carry beside the reference: parameters of runs, or outputs of
   * attempts and messages of their errors. Parameters as {@link #DETAILS}.
   */
  static final String CONTENTS =
      """
      select r.id as run_id, null::int as attempt, r.params::text as content, null as message
      from runs r
      where r.id = any($1) and r.id between $2 and $3 and r.params is not null
      union all
      select a.run_id, a.attempt, a.output::text, a.error ->> 'message'
      from attempts a
      where a.run_id = any($4) and a.run_id between $5 and $6 and (a.output is not null or a.error is not null)
        and case when a.attempt = any($7) then true else false end
      """;

  /**
   * Keeps dead runs until the broker's dead-letter channel has them. One that is told again is kept
   * once. One element a run: $1 ids, $2 attempts, $3 tenants, $4 reasons, $5 events.
   */
  static final String KEEP_DEAD =
      """
      insert into dead_letters (run_id, attempt, tenant_id, reason, body)
      select u.* from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) as u
      on conflict (run_id, attempt) do nothing
      """;

  /** The next of those. $1 the id below, $2 how many. */
  static final String DEAD_AFTER =
      """
      select d.id, d.run_id, d.attempt, d.tenant_id, d.reason, d.body
      from dead_letters d
      where d.id > $1
      order by d.id
      limit $2
      """;

  /** The broker has them. $1 ids. */
  static final String SET_ASIDE =
      """
      delete from dead_letters where id = any($1)
      """;

  /**
   * Which attempt of a run was the first that a worker began. One that was missed, skipped or
   * cancelled before is none. $1 runs, $2 and $3 their bounds.
   */
  static final String FIRST_STARTS =
      """
      select a.run_id, min(a.attempt) as attempt
      from attempts a
      where a.run_id = any($1) and a.run_id between $2 and $3
        and (a.worker_id is not null or a.outcome not in ('MISSED', 'SKIPPED', 'CANCELED'))
      group by a.run_id
      """;
}
