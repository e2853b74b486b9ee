package dev.carillon.worker;

/**
 * How runs leave a worker. Planned once, when the tables may be empty: no join may depend on
 * statistics.
 */
public final class CompleteSql {

  private CompleteSql() {}

  private static final String TEMPLATE =
      """
      with u as (
        select *
        from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                    $8::text[], $9::timestamptz[], $10::timestamptz[], $11::int[], $13::int[], $14::text[])
          as u(id, attempt, worker, outcome, final_state, due, error, output, started, finished, version, exit_code,
               artifacts)
      ), l as materialized (
        select q.id, q.attempt, q.generation, q.locked_by, q.tenant_id, q.schedule_id, q.cancel_requested,
               q.priority, q.queue, q.overlap, q.group_id, q.placed
        from queue q
        where q.id = any($1)
        order by q.id
        for update
      ), m as materialized (
        select l.tenant_id, l.schedule_id, l.generation, l.priority, l.queue, l.overlap, l.group_id, l.placed,
               u.id, u.attempt, u.worker, u.due, u.error, u.output,
               u.started, u.finished, u.version, u.exit_code, u.artifacts,
               (case when l.cancel_requested and u.final_state is null then 'CANCELED' else u.outcome end)
                 ::attempt_outcome as outcome,
               (case when l.cancel_requested and u.final_state is null then 'CANCELED' else u.final_state end)
                 ::run_state as final_state
        -- Full, so that it is hashed whatever statistics say, as in the claim.
        from l full join u on u.id = l.id
        where case when u.attempt = l.attempt and u.worker = l.locked_by then true else false end
      ), ended as (
        delete from queue q
        where q.id = any(array(select m.id from m where m.final_state is not null))
      ), a as materialized (
        select array_agg(m.id) as ids, jsonb_object_agg(m.id, m.outcome) as outcomes, jsonb_object_agg(m.id, m.due) as due
        from m
        where m.final_state is null
      ), again as (
        update queue q
        -- No join, as in the claim: what a row needs is looked up by its id.
        set state = case (select a.outcomes from a) ->> q.id::text
                      when 'DRAINED' then 'QUEUED'::queue_state else 'RETRY_SCHEDULED' end,
            due_at = ((select a.due from a) ->> q.id::text)::timestamptz,
            tried = q.tried + ((select a.outcomes from a) ->> q.id::text in ('FAILED', 'TIMED_OUT'))::int,
            lost = q.lost + ((select a.outcomes from a) ->> q.id::text = 'LOST')::int,
            locked_by = null, locked_at = null, deadline = null, placed = null
        where q.id = any((select a.ids from a)::uuid[])
      ), given_back as (
        -- Of what was claimed under limits; for a batch without any this reads nothing.
        delete from places p
        where p.run_id = any(array(select m.id from m where m.placed))
        returning p.run_id, p.key
      ), g as materialized (
        select jsonb_object_agg(b.run_id, b.keys) as keys
        from (select given_back.run_id, jsonb_agg(given_back.key) as keys from given_back group by given_back.run_id) b
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, worker_id, outcome, final_state, started_at,
                              finished_at, job_version, error, output, exit_code, artifacts)
        select m.id, m.generation, m.attempt, m.tenant_id, m.worker, m.outcome, m.final_state, m.started,
               m.finished, m.version, m.error::jsonb, m.output::jsonb, m.exit_code, m.artifacts::jsonb
        from m
        %s
      ), f as materialized (
        select jsonb_object_agg(m.id, m.finished) as finished, array_agg(m.schedule_id) as schedules
        from m
        where m.final_state is not null and m.schedule_id is not null
      ), rearmed as (
        -- FIXED_DELAY counts from here: the end of the run that the schedule waits for, whichever end it is. No join, as in
        -- the claim.
        update clock c
        set awaited_run = null,
            next_fire_at = case when c.enabled and coalesce(c.runs_left, 1) > 0 then
              ((select f.finished from f) ->> c.awaited_run::text)::timestamptz + c.delay_ms * interval '1 millisecond' end
        where c.schedule_id = any((select f.schedules from f)::uuid[])
          and (select f.finished from f) ->> c.awaited_run::text is not null
        returning c.schedule_id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        select $12, 'ENDED', array_agg(m.id), array_agg(m.attempt) from m
        having count(*) > 0
      )
      select m.id, m.attempt, m.outcome::text as outcome, m.final_state::text as final_state, m.due, m.tenant_id,
             m.priority, m.queue, case when m.final_state is not null and m.overlap is not null then m.schedule_id end as place,
             case when m.final_state is not null then m.group_id end as group_id,
             coalesce(m.schedule_id in (select r.schedule_id from rearmed r), false) as rearmed,
             case when m.placed then ((select g.keys from g) -> m.id::text)::text end as freed
      from m
      """;

  /**
   * Records what a batch of attempts came to, and what follows. Arrays, one element an attempt: $1
   * run ids, $2 attempt numbers, $3 workers, $4 outcomes, $5 final states (null: another try
   * follows), $6 when the next try is due, $7 errors, $8 outputs, $9 started, $10 finished, $11 job
   * versions, $13 exit codes, $14 artifacts. $12 is now.
   *
   * <p>Every row is locked first, by id alone, and decided on as it then stands: two branches with
   * complementary conditions on a changing column would both miss a row that another transaction
   * changes in between. What does not agree in attempt and worker comes from a zombie; it is not
   * returned, and nothing of it is written.
   *
   * <p>A cancellation that arrived while the attempt ran turns another try into the end; it cannot
   * undo an end.
   *
   * <p>{@code place} is the schedule of a run that has ended and for whose end others of it may
   * wait; {@code group_id} is the group of one that has ended. {@code freed} are the keys of the
   * limits of which the attempt gave places back, as a JSON array; null: it stood under none.
   */
  public static final String COMPLETE = TEMPLATE.formatted("");

  /**
   * The same, where an attempt that is recorded already is left as it is. It should never be:
   * attempt numbers rise with every claim, under the row's lock. Saying so to PostgreSQL for every
   * row costs a third of the insert, so this is only what is fallen back to, lest one impossible
   * row hold up others for ever.
   */
  public static final String COMPLETE_AGAIN = TEMPLATE.formatted("on conflict do nothing");
}
