-- The spine: what is due, who has it, what became of it.
--
-- A run is written once (runs); while it lives, a narrow row says where it stands (queue); every try is
-- appended (attempts); one row a statement tells the relay what to publish (outbox). docs/decisions/0003.
-- Instants are timestamptz in UTC. Every row that belongs to somebody names its tenant.

-- Two roles, and nobody else touches a row: carillon_api sees one tenant, carillon_engine sees all.
-- Roles belong to the whole server, so another Carillon database may have made them already.
do $$
declare
  owned text;
  -- Since PostgreSQL 16 whoever creates a role is its administrator, but may not yet become it.
  enough text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
begin
  foreach owned in array array['carillon_api', 'carillon_engine'] loop
    if not exists (select from pg_roles where rolname = owned) then
      execute format('create role %I nologin', owned);
    end if;
    if not pg_has_role(current_user, owned, enough) then
      execute format('grant %I to %I', owned, current_user);
    end if;
  end loop;
end
$$;

-- ── what people declare ────────────────────────────────────────────────────────────────────────────

create table jobs (
  id           uuid        not null primary key,
  tenant_id    text        not null,
  key          text        not null,
  name         text,
  description  text,
  target       jsonb       not null,
  queue        text        not null default 'default',
  params       jsonb,
  retry        jsonb       not null,            -- {"maxAttempts","backoff","initialDelay","maxDelay"}, whole
  timeout_ms   bigint      not null,            -- of one attempt
  priority     smallint    not null default 2 check (priority between 0 and 4),
  status       text        not null default 'CREATED' check (status in ('CREATED', 'ACTIVE', 'ARCHIVED')),
  version      integer     not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  -- A job is named by its key wherever a person writes one.
  unique (tenant_id, key)
);

create table schedules (
  id            uuid        not null primary key,
  tenant_id     text        not null,
  key           text        not null,
  name          text,
  job_id        uuid        references jobs (id),
  target        jsonb,                          -- the schedule's own; before the job's
  trigger       jsonb       not null,
  timezone      text,                           -- IANA; null = the service's default
  enabled       boolean     not null default true,
  params        jsonb,                          -- over the job's
  priority      smallint    check (priority between 0 and 4),
  status        text        not null default 'ACTIVE' check (status in ('ACTIVE', 'PAUSED', 'PARKED', 'EXHAUSTED')),
  status_reason text,
  version       integer     not null default 1,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  check (job_id is not null or target is not null),
  -- One schedule a key; a deleted schedule's row is gone, so its key is free.
  unique (tenant_id, key)
);
-- The list of a tenant, newest first.
create index schedules_by_tenant on schedules (tenant_id, id);
-- Which schedules use a job: archiving asks.
create index schedules_by_job on schedules (job_id) where job_id is not null;
-- The list of a tenant's jobs, newest first.
create index jobs_by_tenant on jobs (tenant_id, id);

-- What plan and complete must test and set, apart from the wide row that people edit: the ticker rewrites
-- this one at every fire, so it is narrow and leaves room for HOT-free churn.
create table clock (
  schedule_id  uuid        not null primary key references schedules (id) on delete cascade,
  tenant_id    text        not null,
  shard        smallint    not null default 0,
  enabled      boolean     not null,
  revision     bigint      not null default 1,  -- raised by every edit: a plan made before it does nothing
  next_fire_at timestamptz,                     -- null: disabled, parked, exhausted, or waiting for awaited_run
  last_fire_at timestamptz,
  ends_at      timestamptz,                     -- the last fire of a trigger that has no other: exhausted once it is past
  delay_ms     bigint,                          -- FIXED_DELAY only: the completing statement sets the next instant
  awaited_run  uuid                             -- FIXED_DELAY only: the run whose end the delay counts from
) with (fillfactor = 70);
-- The ticker's only question: what is next in my shard.
create index clock_next on clock (shard, next_fire_at);
-- The few that are about to end.
create index clock_ending on clock (ends_at) where ends_at is not null;

-- ── runs ───────────────────────────────────────────────────────────────────────────────────────────

create table runs (
  id          uuid        not null,             -- UUIDv7 in form; of a fire: its instant and a hash (one fire per schedule and instant)
  job_id      uuid,
  schedule_id uuid,
  group_id    uuid,
  fire_at     timestamptz,                      -- the nominal instant; null unless a schedule fired
  due_at      timestamptz not null,
  expires_at  timestamptz,
  created_at  timestamptz not null,
  priority    smallint    not null,
  tenant_id   text        not null,
  dedupe_key  text,
  trace       text,                             -- W3C traceparent of who asked; null: derived from the id
  target      jsonb,                            -- inline or the schedule's own; null: the job's, read at the claim
  params      jsonb,                            -- resolved at creation
  scope       jsonb,
  primary key (id)
) partition by range (id);
-- The list of a tenant, newest first, and retention.
create index runs_by_tenant on runs (tenant_id, id);
-- The runs of a schedule, newest first.
create index runs_by_schedule on runs (schedule_id, id);
-- The runs of a job, newest first.
create index runs_by_job on runs (job_id, id);

create type queue_state as enum ('PENDING', 'QUEUED', 'RUNNING', 'RETRY_SCHEDULED');
create type run_state as enum ('SUCCEEDED', 'FAILED', 'DEAD', 'CANCELED', 'MISSED', 'SKIPPED');
create type attempt_outcome as enum
  ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'LOST', 'CANCELED', 'DRAINED', 'SKIPPED', 'MISSED');

-- The live part of a run; deleted when the run ends. No column that a claim changes stands in an index or a
-- predicate, and pages are left more than half empty, so a claim is a HOT update: it writes no index. A claimed
-- row is a third longer (worker, instant, deadline), so 1 / (1 + 4/3) is the most that leaves room for all of a page.
create table queue (
  id               uuid        not null primary key,
  schedule_id      uuid,
  group_id         uuid,
  locked_by        uuid,
  due_at           timestamptz not null,
  locked_at        timestamptz,
  deadline         timestamptz,                 -- claim + timeout + grace: ends an attempt whose handler is stuck
  attempt          integer     not null default 0,  -- of the last claim; fences what a zombie sends
  generation       integer     not null default 1,  -- raised by an operator's retry
  tried            integer     not null default 0,  -- attempts that used the retry budget
  lost             smallint    not null default 0,  -- attempts whose worker was lost
  priority         smallint    not null,
  state            queue_state not null default 'QUEUED',   -- QUEUED before due_at reads as SCHEDULED
  cancel_requested boolean     not null default false,
  held_by          text,
  tenant_id        text        not null,
  queue            text        not null
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
-- What is due in a queue, oldest first: ticker, idle workers, reconciler.
create index queue_due on queue (queue, due_at);
-- The live runs of a tenant by state.
create index queue_by_tenant on queue (tenant_id, id);
-- What an edit of a schedule withdraws.
create index queue_by_schedule on queue (schedule_id) where schedule_id is not null;
-- What a group still has open.
create index queue_by_group on queue (group_id) where group_id is not null;

create table attempts (
  run_id      uuid            not null,
  worker_id   uuid,
  started_at  timestamptz,                      -- null: ended without executing
  finished_at timestamptz     not null,
  generation  integer         not null,
  attempt     integer         not null,
  job_version integer,
  exit_code   integer,
  outcome     attempt_outcome not null,
  final_state run_state,                        -- set on the attempt that ended the run's generation
  tenant_id   text            not null,
  error       jsonb,                            -- {"class","message","retryable","truncated"}
  output      jsonb,
  artifacts   jsonb,
  primary key (run_id, generation, attempt)
) partition by range (run_id);
-- What went wrong, newest first; succeeded attempts, nearly all, pay nothing.
create index attempts_not_succeeded on attempts (tenant_id, run_id) where outcome <> 'SUCCEEDED';

-- Partitions by month of the id's 48 bits of time. There is no default partition: one that holds a row of a
-- month blocks the month's own from being attached. The first takes everything older.
create function carillon_uuid_floor(at timestamptz) returns uuid
  language sql immutable strict
  return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

create function carillon_make_partitions(at timestamptz, months integer) returns integer
  language plpgsql security definer set search_path from current as $$
declare
  first date := date_trunc('month', at at time zone 'UTC')::date;
  parent text;
  part text;
  lower_bound date;
  made integer := 0;
begin
  perform set_config('lock_timeout', '2s', true);
  foreach parent in array array['runs', 'attempts'] loop
    for i in 0 .. months loop
      lower_bound := (first + make_interval(months => i))::date;
      part := parent || to_char(lower_bound, '_YYYY_MM');
      continue when to_regclass(part) is not null;
      -- Made apart and then attached, so that the parent is locked for a moment only.
      execute format('create table %I (like %I including all)', part, parent);
      execute format('alter table %I enable row level security', part);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part,
        carillon_uuid_floor(lower_bound::timestamp at time zone 'UTC'),
        carillon_uuid_floor((lower_bound + interval '1 month')::timestamp at time zone 'UTC'));
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$$;
revoke execute on function carillon_make_partitions from public;

do $$
declare
  parent text;
  first timestamptz := date_trunc('month', now() at time zone 'UTC') at time zone 'UTC';
begin
  foreach parent in array array['runs', 'attempts'] loop
    execute format('create table %I partition of %I for values from (minvalue) to (%L)',
      parent || '_older', parent, carillon_uuid_floor(first));
    execute format('alter table %I enable row level security', parent || '_older');
  end loop;
  perform carillon_make_partitions(now(), 12);
end
$$;

-- One row a statement: which runs were claimed (STARTED) or left a worker (ENDED), or one change of a
-- schedule or job (payload). The relay renders the events from the tables, publishes and deletes.
create table outbox (
  id        bigint      not null generated always as identity (cache 1) primary key,
  at        timestamptz not null,
  worker_id uuid,
  kind      text        not null check (kind in ('STARTED', 'ENDED', 'CHANGED')),
  tenant_id text,                               -- of a CHANGED row; a batch of runs may mix tenants
  runs      uuid[],
  attempts  integer[],
  payload   jsonb                               -- of a CHANGED row: {"type","subject","sequence","trace","data"}
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);

-- Ids do not compress; trying to costs more than the insert.
alter table outbox alter column runs set storage external, alter column attempts set storage external;

-- Keys that callers give; the primary key is "one run a key".
create table dedupe_keys (
  tenant_id  text        not null,
  namespace  text        not null,
  key        text        not null,
  run_id     uuid        not null,
  expires_at timestamptz,                       -- null: for ever
  primary key (tenant_id, namespace, key)
);

-- The first answer to a POST with an Idempotency-Key, for 24 hours.
create table idempotency_keys (
  tenant_id    text        not null,
  key          text        not null,
  request_hash bytea       not null,
  status       smallint    not null,
  headers      jsonb       not null,
  body         text,
  created_at   timestamptz not null,
  primary key (tenant_id, key)
);
-- What is old enough to be dropped.
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- ── who is there ───────────────────────────────────────────────────────────────────────────────────

create table workers (
  id          uuid        not null primary key,  -- random at every start: a host name is no identity
  name        text        not null,
  started_at  timestamptz not null,
  lease_until timestamptz not null,
  beat        bigint      not null default 0,    -- moves with every extension; a lease is over when it stood still
  retired_at  timestamptz,
  slots       integer     not null,
  queues      text[],                            -- null: all
  version     text
);
-- The few that live, among all that ever did.
create index workers_live on workers (id) where retired_at is null;

create table leases (
  name       text        not null primary key,
  holder     uuid,                               -- null: given back
  epoch      bigint      not null,               -- raised by every take-over; fences what a former leader sends
  beat       bigint      not null default 0,
  expires_at timestamptz not null
);

-- ── who may see what ───────────────────────────────────────────────────────────────────────────────

do $$
declare
  owned text;
begin
  foreach owned in array array['jobs', 'schedules', 'clock', 'runs', 'queue', 'attempts', 'outbox',
                               'dedupe_keys', 'idempotency_keys'] loop
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

-- Grants on parents only: a partition is reached through its parent or not at all.
grant select, insert, update, delete on jobs, schedules, clock, queue, dedupe_keys, idempotency_keys to carillon_api;
-- Deleted only while planned and not yet due: an edit of a schedule withdraws such runs.
grant select, insert, update, delete on runs to carillon_api;
-- What was tried is never changed.
grant select, insert on attempts to carillon_api;
revoke update on attempts from carillon_engine;
-- The relay alone reads and empties the outbox.
grant insert on outbox to carillon_api;
grant select, insert, update, delete on workers, leases to carillon_engine;
grant execute on function carillon_make_partitions to carillon_engine;
