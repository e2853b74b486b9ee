-- How many may run at once: of a job, of a tenant, of a concurrency key. docs/decisions/0020.

-- Locked by whoever gives places of a limit, or lets a run wait for one.
create table limits (
  tenant_id text not null,
  key       text not null,                      -- 'job:' and its id, 'key:' and its value, 'tenant'
  primary key (tenant_id, key)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);

-- Who runs under a limit: given in the claim's transaction, given back by the statement that ends the attempt. It counts
-- only while its run is RUNNING with this attempt, or is about to be claimed for it: so whatever ends a run frees it.
create table places (
  run_id    uuid    not null,
  tenant_id text    not null,
  key       text    not null,
  attempt   integer not null,
  until     timestamptz,                        -- kept for a run that waited, until somebody claims it; null: it is claimed
  primary key (tenant_id, key, run_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
-- What an attempt gives back.
create index places_of_run on places (run_id);

-- Who waits for a limit, one priority after the other, each by its age.
create index queue_held_by_limit on queue (tenant_id, held_key, priority, held_due, id) where held_key is not null;

-- Who is held for others of its schedule, or for its group, is looked for without whoever waits for a limit.
drop index queue_waiting;
drop index queue_held;
create index queue_waiting on queue (schedule_id, held_due, id) where held_by = 'overlap';
create index queue_held on queue (held_due) where held_by = 'overlap';
create index queue_pending_due on queue (held_due) where held_by = 'group';

do $$
declare
  owned text;
begin
  foreach owned in array array['limits', 'places'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy tenant on %I to carillon_api
                      using (tenant_id = current_setting(''carillon.tenant'', true))
                      with check (tenant_id = current_setting(''carillon.tenant'', true))', owned);
    execute format('create policy engine on %I to carillon_engine using (true) with check (true)', owned);
    execute format('grant select, insert, update, delete on %I to carillon_engine', owned);
    execute format('grant select on %I to carillon_api', owned);
  end loop;
end
$$;
