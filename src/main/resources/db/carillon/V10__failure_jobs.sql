-- Runs that a failure starts: what a job's on_failure names.

-- Ends that are not answered yet. Written by whatever ends a run for good, in its transaction, so that none is ever
-- overlooked; deleted by the statement that makes the run. Empty but for a moment.
create table failure_starts (
  run_id     uuid        not null,
  generation integer     not null,
  tenant_id  text        not null,
  attempt    integer     not null,
  state      text        not null,
  at         timestamptz not null,
  primary key (run_id, generation)
);

-- Planned once, by index whatever statistics say: a plan for each of many failures costs ten times what it does.
create function carillon_failure_start() returns trigger
  language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  insert into failure_starts (run_id, generation, tenant_id, attempt, state, at)
  select new.run_id, new.generation, new.tenant_id, new.attempt, new.final_state, new.finished_at
  from runs r
  join jobs j on j.id = r.job_id
  where r.id = new.run_id and j.on_failure is not null
  on conflict do nothing;
  return null;
end
$$;
-- Made on the parent, so that each partition has it, also one that is attached later. What ends well, or is tried again,
-- pays for one comparison.
create trigger attempts_failure_start after insert on attempts
  for each row when (new.final_state in ('FAILED', 'DEAD')) execute function carillon_failure_start();

alter table failure_starts enable row level security;
alter table failure_starts force row level security;
create policy tenant on failure_starts to carillon_api
  using (tenant_id = current_setting('carillon.tenant', true))
  with check (tenant_id = current_setting('carillon.tenant', true));
create policy engine on failure_starts to carillon_engine using (true) with check (true);
grant select, insert, update, delete on failure_starts to carillon_engine;
grant select, insert on failure_starts to carillon_api;
