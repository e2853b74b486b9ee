-- Jobs as templates, retries that schedules and runs may override, and what a live run needs to know for limits and groups.

alter table jobs
  add column params_schema    jsonb,                 -- JSON Schema that the resolved parameters of each run fit
  add column max_concurrency  integer check (max_concurrency > 0),
  -- A text with {scope.NAME} and {params.NAME} in it; with one, max_concurrency (1 if null) holds for each value.
  add column concurrency_key  text,
  add column dedupe_window_ms bigint check (dedupe_window_ms > 0),   -- null: a dedupe key counts for ever
  add column event_payload    text not null default 'REFERENCE' check (event_payload in ('REFERENCE', 'FULL')),
  add column on_failure       text,                  -- key of the job that a run's failure starts
  add column labels           jsonb;

alter table schedules
  add column retry  jsonb,                           -- what it says otherwise than the job
  add column scope  jsonb,                           -- of its runs
  add column labels jsonb;

alter table runs
  add column retry           jsonb,                  -- the schedule's and the run's own, over the job's as it is at the claim
  add column concurrency_key text,
  add column labels          jsonb,
  add column caused_by       uuid,                   -- the run whose failure started this one
  add column position        integer;                -- in its group
-- The runs of a group.
create index runs_by_group on runs (group_id, id) where group_id is not null;

alter table queue
  add column concurrency_key text,
  add column held_key        text,                   -- the limit that it waits for, as in places.key; held_by is what people are told
  add column placed          boolean,                -- it was claimed under a limit: there are places to give back
  add column aged_from       timestamptz,            -- from when its retries count their age; null: from runs.due_at
  add column position        integer,                -- in its group
  add column moved           boolean;                -- true: a person has set when it is due; no edit of its schedule withdraws it

-- One priority after the other, each by its age: a crowd of low ones hides no urgent run.
drop index queue_due;
create index queue_due on queue (queue, priority, due_at);

-- Dedupe keys that count no longer are deleted, the oldest first.
create index dedupe_keys_expiring on dedupe_keys (expires_at) where expires_at is not null;

-- The value of a job's concurrency key for one run: {params.a.b} and {scope.a} replaced, by nothing where there is no
-- such value. Null for null. A value that is too long keeps its beginning and a hash of the whole.
create function carillon_concurrency_key(template text, params jsonb, scope jsonb) returns text
  language plpgsql immutable as $$
declare
  key text := '';
  rest text := template;
  part text[];
begin
  if template is null then
    return null;
  end if;
  loop
    part := regexp_match(rest, '^([^{]*)\{(params|scope)\.([^{}]+)\}(.*)$');
    exit when part is null;
    key := key || part[1]
      || coalesce(case part[2] when 'scope' then scope ->> part[3] else params #>> string_to_array(part[3], '.') end, '');
    rest := part[4];
  end loop;
  key := key || rest;
  return case when length(key) > 256 then left(key, 220) || '#' || md5(key) else key end;
end
$$;
