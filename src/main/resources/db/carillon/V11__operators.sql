-- What operators do with runs that ended: look for them by how they ended, retry and discard them; and the dead ones
-- that are yet to be set aside on the broker.

-- By an operator's retry. The other kinds are as they were.
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('STARTED', 'ENDED', 'CHANGED', 'RETRIED'));

-- How runs ended, newest first, one index an ending: who looks for the few dead ones does not read the many skipped
-- ones. By constants, since the comparison of an enum may not choose an index under row-level security. Succeeded runs,
-- nearly all, and attempts that are followed by another pay nothing.
drop index attempts_not_succeeded;
create index attempts_failed on attempts (tenant_id, run_id) where final_state = 'FAILED';
create index attempts_dead on attempts (tenant_id, run_id) where final_state = 'DEAD';
create index attempts_canceled on attempts (tenant_id, run_id) where final_state = 'CANCELED';
create index attempts_missed on attempts (tenant_id, run_id) where final_state = 'MISSED';
create index attempts_skipped on attempts (tenant_id, run_id) where final_state = 'SKIPPED';

-- Dead runs that the broker's dead-letter channel does not have yet. Written by the relay before it deletes the row of
-- the outbox that told it, and deleted once the broker has it: a broker that refuses delays and loses none.
create table dead_letters (
  id        bigint      not null generated always as identity primary key,
  run_id    uuid        not null,
  attempt   integer     not null,               -- that used up the budget
  tenant_id text        not null,
  reason    text        not null,               -- one line
  body      text        not null,               -- the event as it was published
  unique (run_id, attempt)
);
alter table dead_letters enable row level security;
alter table dead_letters force row level security;
create policy engine on dead_letters to carillon_engine using (true) with check (true);
grant select, insert, delete on dead_letters to carillon_engine;
