package dev.carillon.ticker;

/** How runs of a schedule that wait for each other come to their turn. */
final class AdmissionSql {

  private AdmissionSql() {}

  /**
   * Schedules of which a run is held for the others, and its time has come or comes before the look
   * after the next: when the next one's time comes, and what would have to change for something to
   * be decided about those whose time has come. What is held for longer is not read. Nothing is
   * locked, so this costs others nothing. $1 now, $2 these schedules only; null: all.
   */
  static final String LOOK =
      """
      with held as materialized (
        select q.schedule_id,
               min(q.held_due) filter (where q.held_due > $1) as next_due,
               count(*) filter (where q.held_due <= $1) as waiting,
               max(q.held_due) filter (where q.held_due <= $1) as newest
        from queue q
        where q.held_by = 'overlap' and q.schedule_id is not null
          and q.held_due <= $1::timestamptz + interval '5 seconds'
          and ($2::uuid[] is null or q.schedule_id = any($2))
        group by q.schedule_id
      )
      select h.schedule_id, h.next_due, h.waiting, h.newest, l.living, l.asked
      from held h
      cross join lateral (
        select count(*) as living, count(*) filter (where q.cancel_requested) as asked
        from queue q
        where h.waiting > 0 and q.schedule_id = h.schedule_id and q.held_by is distinct from 'overlap'
      ) l
      """;

  /**
   * The first thing that a decision does: under the clock's lock no fire of the schedule is
   * planned, triggered by hand or withdrawn. Nothing happens under a lease that was taken over, as
   * in the plan. A clock that somebody else has locked is passed over, and its schedule decided
   * about a moment later. A deleted schedule has no clock any more, and nobody but this leader who
   * makes or moves its runs. $1–$3 the lease's name, holder and epoch; $4 schedules.
   */
  static final String LOCK =
      """
      with live as materialized (
        select 1 from leases
        where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()
        for share
      ), l as materialized (
        select c.schedule_id, c.runs_left is not null as counted from clock c
        where c.schedule_id = any($4) and exists (select from live)
        order by c.schedule_id
        for update skip locked
      )
      select l.schedule_id, l.counted from l
      union all
      select u.schedule_id, false from unnest($4::uuid[]) as u(schedule_id)
      where exists (select from live) and not exists (select from clock c where c.schedule_id = u.schedule_id)
      """;

  /**
   * The live runs of some schedules whose time has come: whoever has the place, and as many of
   * those that wait, in turn, as a decision needs. Where all of them are BUFFER_ALL and none is too
   * many, that is the next one, and another for it to be seen that more wait. Else it is all, up to
   * a bound beyond which a second decision follows the first. $1 schedules, $2 now, $3 how many may
   * wait, $4 the bound.
   */
  static final String LIVE =
      """
      with s as materialized (
        select u.schedule_id, n.*
        from unnest($1::uuid[]) as u(schedule_id)
        cross join lateral (
          select count(*) filter (where q.wanted is not true) as fires,
                 count(*) filter (where q.overlap <> 'BUFFER_ALL') as others,
                 count(*) filter (where q.wanted and q.overlap <> 'BUFFER_ALL') as wanted_others
          from queue q
          where q.schedule_id = u.schedule_id and q.held_by = 'overlap' and q.held_due <= $2
        ) n
      )
      select q.id, q.schedule_id, q.state::text as state, q.cancel_requested, q.overlap, r.due_at,
             false as waits, coalesce(q.wanted, false) as wanted
      from queue q
      cross join lateral (select runs.due_at from runs where runs.id = q.id offset 0) r
      where q.schedule_id = any($1) and q.held_by is distinct from 'overlap'
        and (r.due_at <= $2 or q.state <> 'QUEUED' or q.attempt > 0)
      union all
      select q.id, s.schedule_id, q.state, q.cancel_requested, q.overlap, q.held_due, true, false
      from s
      cross join lateral (
        select q.id, q.state::text as state, q.cancel_requested, q.overlap, q.held_due
        from queue q
        where q.schedule_id = s.schedule_id and q.held_by = 'overlap' and q.held_due <= $2 and q.wanted is not true
        order by q.held_due, q.id
        limit case when s.others = 0 and s.fires <= $3 then 2 else $4 end
      ) q
      union all
      select q.id, s.schedule_id, q.state, q.cancel_requested, q.overlap, q.held_due, true, true
      from s
      cross join lateral (
        select q.id, q.state::text as state, q.cancel_requested, q.overlap, q.held_due
        from queue q
        where q.schedule_id = s.schedule_id and q.held_by = 'overlap' and q.held_due <= $2 and q.wanted
        order by q.held_due, q.id
        limit case when s.wanted_others = 0 then 2 else $4 end
      ) q
      """;

  /**
   * Gives the place to runs that wait for it: from here on they are due like any other. What
   * somebody has locked is being cancelled, or expires. $1 runs.
   */
  static final String RELEASE =
      """
      with l as materialized (
        select q.id from queue q
        where q.id = any($1) and q.held_by = 'overlap' and q.state = 'QUEUED'
        order by q.id
        for update skip locked
      )
      update queue q
      set held_by = null, due_at = q.held_due, held_due = null
      where q.id = any(array(select l.id from l))
      returning q.id, q.tenant_id, q.queue, q.priority, q.due_at
      """;

  /**
   * Ends runs without their worker's word: those that wait as skipped, those that have the place as
   * cancelled. The attempt that a worker is at becomes this end, and what it still sends is
   * refused, for its row is gone; a run that nobody has takes the next number, never started. A
   * FIXED_DELAY counts from here, as from every end. What was locked, or is no longer as it was
   * read, is not returned. One element a run: $1 ids, $2 how: SKIP what waits, CANCEL what nobody
   * has, TERMINATE whatever lives; $3 the error to record of those that are terminated; $4 now.
   */
  static final String END =
      """
      with l as materialized (
        select q.id, q.tenant_id, q.schedule_id, q.generation, q.state, q.held_by, q.locked_by, q.locked_at, q.placed,
               q.attempt + (q.state <> 'RUNNING')::int as attempt
        from queue q
        where q.id = any($1)
        order by q.id
        for update skip locked
      ), m as materialized (
        select l.*, case u.how when 'SKIP' then 'SKIPPED' else 'CANCELED' end as outcome,
               case u.how when 'TERMINATE' then $3::text::jsonb end as why
        from l
        join unnest($1::uuid[], $2::text[]) as u(id, how) on u.id = l.id
        where case u.how when 'SKIP' then coalesce(l.held_by = 'overlap', false)
                when 'CANCEL' then l.state <> 'RUNNING' else true end
      ), ended as (
        delete from queue q where q.id = any(array(select m.id from m))
      ), given_back as (
        delete from places p where p.run_id = any(array(select m.id from m where m.placed))
      ), kept as (
        insert into attempts (run_id, generation, attempt, tenant_id, worker_id, outcome, final_state, started_at,
                              finished_at, job_version, error)
        select m.id, m.generation, m.attempt, m.tenant_id, m.locked_by, m.outcome::attempt_outcome,
               m.outcome::run_state, m.locked_at,
               greatest($4, m.locked_at),
               case when m.state = 'RUNNING' then (
                 select j.version from runs r join jobs j on j.id = r.job_id where r.id = m.id
               ) end,
               m.why
        from m
      ), rearmed as (
        update clock c
        set awaited_run = null,
            next_fire_at = case when c.enabled then $4::timestamptz + c.delay_ms * interval '1 millisecond' end
        where c.schedule_id = any(array(select m.schedule_id from m))
          and c.awaited_run = any(array(select m.id from m))
        returning c.schedule_id
      ), told as (
        insert into outbox (at, kind, runs, attempts)
        select $4, 'ENDED', array_agg(m.id), array_agg(m.attempt) from m
        having count(*) > 0
      )
      select m.id, m.schedule_id, m.state = 'RUNNING' as running, coalesce(m.placed, false) as placed, (select count(*) from rearmed) as rearmed
      from m
      """;

  /**
   * Fires that were skipped use up none of those that a schedule may have. A fire that a backfill
   * made was not taken from them. $1 schedules, $2 runs that were skipped. Their clocks are locked.
   */
  static final String GIVE_BACK =
      """
      with given as materialized (
        select r.schedule_id, count(*)::int as fires
        from runs r
        where r.id = any($2) and r.fire_at is not null
          and not exists (
            select from backfills b join backfill_runs br on br.backfill_id = b.id
            where b.schedule_id = r.schedule_id and br.run_id = r.id)
        group by r.schedule_id
      )
      update clock c
      set runs_left = c.runs_left + given.fires
      from given
      where c.schedule_id = any($1) and c.schedule_id = given.schedule_id and c.runs_left is not null
      """;

  /** Asks whoever runs them; the statement that completes them looks here. $1 runs. */
  static final String ASK =
      """
      with l as materialized (
        select q.id from queue q
        where q.id = any($1) and q.state = 'RUNNING'
        order by q.id
        for update skip locked
      )
      update queue q set cancel_requested = true
      where q.id = any(array(select l.id from l))
      returning q.id
      """;
}
