-- Runs that belong together: beside each other or one after the other.

create table groups (
  id           uuid        not null primary key,
  tenant_id    text        not null,
  name         text,
  mode         text        not null check (mode in ('PARALLEL', 'SEQUENTIAL')),
  max_parallel integer     check (max_parallel > 0),      -- null: any number; SEQUENTIAL is one at a time
  on_failure   text        not null check (on_failure in ('STOP', 'CONTINUE')),
  status       text        not null default 'CREATED' check (status in
    ('CREATED', 'QUEUED', 'RUNNING', 'COMPLETED', 'PARTIAL', 'CANCELED')),
  -- Counted up by whoever adds or retries runs, and down and onwards from group_ends by the one process that lets groups
  -- go on; for a moment they may be off by the ends that are not counted yet.
  open         integer     not null default 0,            -- runs that have not ended
  succeeded    integer     not null default 0,
  failed       integer     not null default 0,
  dead         integer     not null default 0,
  canceled     integer     not null default 0,
  skipped      integer     not null default 0,
  missed       integer     not null default 0,
  version      integer     not null default 1,
  canceled_at  timestamptz,                               -- when somebody cancelled the group itself
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  ended_at     timestamptz
);
-- The list of a tenant, newest first.
create index groups_by_tenant on groups (tenant_id, id);

-- Ends of grouped runs that are not counted yet, and groups that somebody changed (run_id null). Written by whatever ends
-- a run, so that no end is ever overlooked; deleted as they are counted.
create table group_ends (
  id         bigint  not null generated always as identity primary key,
  group_id   uuid    not null,
  tenant_id  text    not null,
  run_id     uuid,
  generation integer
);

create function carillon_group_end() returns trigger
  language plpgsql as $$
begin
  insert into group_ends (group_id, tenant_id, run_id, generation)
  values (old.group_id, old.tenant_id, old.id, old.generation);
  return null;
end
$$;
-- A run has ended when its queue row is gone. Rows without a group pay for a test of a null.
create trigger queue_group_end after delete on queue
  for each row when (old.group_id is not null) execute function carillon_group_end();

-- Who is yet to be let go of a group, in its order; and who is at work.
create index queue_pending on queue (group_id, position) where held_by = 'group';
drop index queue_by_group;
create index queue_by_group on queue (group_id) where group_id is not null and held_by is distinct from 'group';

do $$
declare
  owned text;
begin
  foreach owned in array array['groups', 'group_ends'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy tenant on %I to carillon_api
                      using (tenant_id = current_setting(''carillon.tenant'', true))
                      with check (tenant_id = current_setting(''carillon.tenant'', true))', owned);
    execute format('create policy engine on %I to carillon_engine using (true) with check (true)', owned);
    execute format('grant select, insert, update, delete on %I to carillon_engine', owned);
  end loop;
end
$$;
grant select, insert, update, delete on groups to carillon_api;
grant select, insert on group_ends to carillon_api;
