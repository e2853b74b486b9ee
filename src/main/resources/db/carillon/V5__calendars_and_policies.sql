-- Which days count, what becomes of fires when time went wrong, and runs made again for a window of the past.

-- ── what a schedule may choose ─────────────────────────────────────────────────────────────────────

alter table schedules
  add column start_at                timestamptz,          -- nominal fires before it are none
  add column end_at                  timestamptz,          -- nor those after it
  add column max_runs                integer check (max_runs > 0),
  add column jitter_ms               bigint check (jitter_ms > 0),   -- the most by which a fire is put off
  add column window_ms               bigint check (window_ms > 0),   -- how long after its fire a run may still start
  add column calendar                text,                 -- by name: the tenant's own, a shared one, a built-in one
  add column exclude_calendar        text,
  add column convention              text check (convention in
    ('UNADJUSTED', 'SKIP', 'FOLLOWING', 'MODIFIED_FOLLOWING', 'PRECEDING', 'MODIFIED_PRECEDING', 'NEAREST')),
  add column misfire_policy          text    not null default 'LAST' check (misfire_policy in ('LAST', 'ALL', 'NONE')),
  add column misfire_grace_ms        bigint  not null default 60000 check (misfire_grace_ms >= 0),
  add column catch_up_ms             bigint  not null default 86400000 check (catch_up_ms >= 0),
  add column overlap_policy          text    not null default 'ALLOW_ALL' check (overlap_policy in
    ('ALLOW_ALL', 'SKIP', 'BUFFER_ONE', 'BUFFER_ALL', 'CANCEL_OTHER', 'TERMINATE_OTHER')),
  add column pause_after_failures    integer check (pause_after_failures > 0),
  add column delete_after_completion boolean not null default false,
  add column note                    text,
  add column paused_until            timestamptz;          -- null: not paused, or without an end
-- Which schedules a changed calendar concerns.
create index schedules_by_calendar on schedules (calendar) where calendar is not null;
create index schedules_by_exclude_calendar on schedules (exclude_calendar) where exclude_calendar is not null;
-- Those that failures may pause: a new relay looks whether it has to.
create index schedules_pausing on schedules (id) where pause_after_failures is not null;
-- Which are to go once their last run has ended.
create index schedules_completed on schedules (id) where delete_after_completion and status = 'EXHAUSTED';

alter table clock
  -- How many fires may still become runs; null: any number. A fire that is skipped is given back.
  add column runs_left  integer,
  -- Of a schedule that is paused until then: its next fire is the first one not before.
  add column resumes_at timestamptz;
-- The few that are about to resume.
create index clock_resuming on clock (resumes_at) where resumes_at is not null;
-- The few whose next fire has to be worked out anew, for nobody knows by which rules it was.
create index clock_unruled on clock (schedule_id) where rules is null and next_fire_at is not null;

-- ── fires that wait for each other ─────────────────────────────────────────────────────────────────

-- What a run does when another of its schedule still lives; null: nothing (ALLOW_ALL), and it pays nothing. Such a
-- run is held (held_by 'overlap', due at infinity) until its time has come and it has been decided about.
alter table queue
  add column overlap  text,
  add column held_due timestamptz,               -- of one that is held for others: when its time comes
  add column wanted   boolean,                   -- true: a backfill made it; it waits behind all others
  add constraint queue_held_due check (held_by is distinct from 'overlap' or held_due is not null);
-- What is held, by the schedule whose runs wait for each other, in turn. A claim changes neither of these columns.
create index queue_waiting on queue (schedule_id, held_due, id) where held_by is not null;
-- Of all that is held, what has its time now or soon.
create index queue_held on queue (held_due) where held_by is not null;

-- Until when runs may start that may not start at any time; whoever starts is forgotten here at its time.
create table expiries (
  run_id     uuid        not null primary key,
  tenant_id  text        not null,
  expires_at timestamptz not null
);
-- What expires next.
create index expiries_by_time on expiries (expires_at);

-- ── what became of a schedule's fires ──────────────────────────────────────────────────────────────

-- Rolled up by the relay from what it publishes, in the statement that deletes it from the outbox.
create table schedule_counts (
  schedule_id     uuid    not null primary key references schedules (id) on delete cascade,
  tenant_id       text    not null,
  fired           bigint  not null default 0,
  succeeded       bigint  not null default 0,
  failed          bigint  not null default 0,
  missed          bigint  not null default 0,
  skipped         bigint  not null default 0,
  failures_in_row integer not null default 0   -- runs that failed or died since one succeeded
);

-- ── calendars ──────────────────────────────────────────────────────────────────────────────────────

create table calendars (
  id         uuid        not null primary key,
  tenant_id  text        not null,              -- '*': shared by all tenants, from the mounted files
  name       text        not null,
  definition jsonb       not null,              -- {"weekend","holidays","include","builtin","validFrom","validTo"}
  version    integer     not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (tenant_id, name)
);

-- Who has the token sees the tenant's fires, so only its hash is kept.
create table calendar_feeds (
  tenant_id  text        not null primary key,
  token_hash bytea       not null unique,
  created_at timestamptz not null
);

-- ── backfills ──────────────────────────────────────────────────────────────────────────────────────

create table backfills (
  id             uuid        not null primary key,
  tenant_id      text        not null,
  schedule_id    uuid        not null,
  from_at        timestamptz not null,          -- inclusive
  to_at          timestamptz not null,          -- exclusive
  overlap_policy text        not null,
  rate           integer     not null check (rate > 0),   -- runs per second
  planned        integer     not null,          -- runs that it makes or revives
  revived        integer     not null,          -- of these, runs that had been MISSED or SKIPPED
  left_alone     integer     not null,          -- fires of the window that had run, or were about to
  canceled_at    timestamptz,
  created_at     timestamptz not null
);
-- The backfills of a schedule, newest first.
create index backfills_by_schedule on backfills (schedule_id, id);

create table backfill_runs (
  backfill_id uuid    not null references backfills (id) on delete cascade,
  run_id      uuid    not null,
  tenant_id   text    not null,
  generation  integer not null,                 -- the run's, that the backfill asked for
  primary key (backfill_id, run_id)
);
-- Whether a backfill made a run: an edit of its schedule does not withdraw it.
create index backfill_runs_by_run on backfill_runs (run_id);

-- ── who may see what ───────────────────────────────────────────────────────────────────────────────

do $$
declare
  owned text;
begin
  foreach owned in array array['expiries', 'schedule_counts', 'calendars', 'calendar_feeds', 'backfills',
                               'backfill_runs'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy tenant on %I to carillon_api
                      using (tenant_id = current_setting(''carillon.tenant'', true))
                      with check (tenant_id = current_setting(''carillon.tenant'', true))', owned);
    execute format('create policy engine on %I to carillon_engine using (true) with check (true)', owned);
    execute format('grant select, insert, update, delete on %I to carillon_engine', owned);
    execute format('grant select, insert, update, delete on %I to carillon_api', owned);
  end loop;
end
$$;
-- What is shared is seen by every tenant and changed by none.
create policy shared on calendars for select to carillon_api using (tenant_id = '*');
-- Only the relay counts.
revoke insert, update, delete on schedule_counts from carillon_api;
