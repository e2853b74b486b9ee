-- What handlers write down while they work; and what was tried is never changed, by nobody.

-- The log of an attempt, in the parts in which its worker wrote it; the attempt's own row comes later, at its end.
create table attempt_logs (
  run_id    uuid    not null,
  attempt   integer not null,
  part      integer not null,                   -- from 0; in this order
  tenant_id text    not null,
  text      text    not null,                   -- whole lines, each with its end
  primary key (run_id, attempt, part)
) partition by range (run_id);

-- How far a running attempt says that it is: one row a run, gone with the attempt.
create table run_progress (
  run_id    uuid             not null primary key,
  tenant_id text             not null,
  attempt   integer          not null,           -- counts only while the run is RUNNING with this attempt
  fraction  double precision not null check (fraction between 0 and 1),
  note      text,
  at        timestamptz      not null
);

-- Logs are dropped by month, as runs and attempts are.
create or replace function carillon_make_partitions(at timestamptz, months integer) returns integer
  language plpgsql security definer set search_path from current as $$
declare
  first date := date_trunc('month', at at time zone 'UTC')::date;
  parent text;
  part text;
  lower_bound date;
  made integer := 0;
begin
  perform set_config('lock_timeout', '2s', true);
  foreach parent in array array['runs', 'attempts', 'attempt_logs'] loop
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

do $$
declare
  owned text;
  -- Where those of the runs begin: everything older goes to one partition.
  first timestamptz := date_trunc('month', now() at time zone 'UTC') at time zone 'UTC';
begin
  execute format('create table attempt_logs_older partition of attempt_logs for values from (minvalue) to (%L)',
    carillon_uuid_floor(first));
  alter table attempt_logs_older enable row level security;
  perform carillon_make_partitions(now(), 12);

  foreach owned in array array['attempt_logs', 'run_progress'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy tenant on %I to carillon_api
                      using (tenant_id = current_setting(''carillon.tenant'', true))
                      with check (tenant_id = current_setting(''carillon.tenant'', true))', owned);
    execute format('create policy engine on %I to carillon_engine using (true) with check (true)', owned);
    execute format('grant select on %I to carillon_api', owned);
  end loop;
end
$$;
-- A line that was written stays as it is.
grant select, insert, delete on attempt_logs to carillon_engine;
grant select, insert, update, delete on run_progress to carillon_engine;

-- The audit trail: whoever is at the database, also with more rights than our roles have, does not change it. It costs
-- inserts nothing; retention deletes.
create function carillon_never_changed() returns trigger
  language plpgsql as $$
begin
  raise exception '% keeps what was: a row of it is never changed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;
create trigger never_changed before update on attempts
  for each row execute function carillon_never_changed();
create trigger never_changed before update on attempt_logs
  for each row execute function carillon_never_changed();
