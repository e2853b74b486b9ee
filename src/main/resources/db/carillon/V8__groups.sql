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
  next_position integer    not null default 0,            -- in the order of the group, of whoever is added next
  version      integer     not null default 1,
  canceled_at  timestamptz,                               -- when somebody cancelled the group itself
  stopped_at   timestamptz,                               -- when it cancelled the rest, for a run of it had failed
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  ended_at     timestamptz
);
-- The list of a tenant, newest first.
create index groups_by_tenant on groups (tenant_id, id);
-- The same of one status.
create index groups_by_status on groups (tenant_id, status, id);
-- Those that go on.
create index groups_living on groups (id) where status in ('QUEUED', 'RUNNING');

-- Ends of grouped runs that are not counted yet, and groups that somebody changed (run_id null). Written by whatever ends
-- a run, so that no end is ever overlooked; deleted as they are counted.
create table group_ends (
  id         bigint  not null generated always as identity primary key,
  group_id   uuid    not null,
  tenant_id  text    not null,
  run_id     uuid,
  generation integer
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
-- Which groups there is something to do for, and what.
create index group_ends_by_group on group_ends (group_id);

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

-- What is told of a group: the payload of an outbox row. Its sequence is the version times ten and the rank of the kind;
-- every event has a version of its own.
create function carillon_group_event(g groups, what text, traceparent text) returns jsonb
  language sql stable
  return jsonb_build_object(
    'type', 'scheduler.group.' || what, 'subject', 'groups/' || g.id,
    'sequence', g.version * 10 + array_position(
      array['created', 'updated', 'retried', 'completed', 'partial', 'canceled'], what),
    'trace', traceparent,
    'data', jsonb_strip_nulls(jsonb_build_object(
      'id', g.id, 'tenant', g.tenant_id, 'name', g.name, 'mode', g.mode, 'maxParallel', g.max_parallel,
      'onFailure', g.on_failure, 'status', g.status,
      'counts', jsonb_build_object(
        -- A run that was retried before its end was counted is no less than none.
        'total', g.open + g.succeeded + g.failed + g.dead + g.canceled + g.skipped + g.missed, 'open', greatest(0, g.open),
        'succeeded', greatest(0, g.succeeded), 'failed', greatest(0, g.failed), 'dead', greatest(0, g.dead),
        'canceled', greatest(0, g.canceled), 'skipped', greatest(0, g.skipped), 'missed', greatest(0, g.missed)),
      'version', g.version,
      'createdAt', to_char(g.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'updatedAt', to_char(g.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'canceledAt', to_char(g.canceled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'endedAt', to_char(g.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))));
