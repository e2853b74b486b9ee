-- The inbox: which requests of other services have been answered.
--
-- A broker delivers at least once; source and id identify a CloudEvent, so the primary key is "one run a
-- request". The row is written in the transaction that makes the run: there is never one without the other.

create table inbox (
  tenant_id   text        not null,
  source      text        not null,
  event_id    text        not null,
  run_id      uuid        not null,
  received_at timestamptz not null,
  primary key (tenant_id, source, event_id)
);
-- What is old enough to be forgotten.
create index inbox_by_age on inbox (received_at);

alter table inbox enable row level security;
alter table inbox force row level security;
create policy tenant on inbox to carillon_api
  using (tenant_id = current_setting('carillon.tenant', true))
  with check (tenant_id = current_setting('carillon.tenant', true));
create policy engine on inbox to carillon_engine using (true) with check (true);
-- The engine only forgets what is old.
grant select, delete on inbox to carillon_engine;
-- Nothing is forgotten in a tenant's name, and of what is remembered only the run is ever corrected: it is known
-- after the row is there.
grant select, insert, update (run_id) on inbox to carillon_api;
