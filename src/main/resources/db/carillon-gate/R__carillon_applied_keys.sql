-- What the idempotency gate remembers (dev.carillon.IdempotencyGate): a row for each effect of a run that was applied, in the
-- database of the application's own data and committed together with them. May be run again at any time.
create table if not exists carillon_applied_keys (
  key        text        not null,
  effect     text        not null,
  result     text,
  applied_at timestamptz not null default now(),
  primary key (key, effect)
);

-- Rows come in the order of their time, so that a block range or two hold what is old enough to be forgotten.
create index if not exists carillon_applied_keys_applied_at on carillon_applied_keys using brin (applied_at);
