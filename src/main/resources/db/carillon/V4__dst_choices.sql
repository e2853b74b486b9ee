-- What a schedule may choose for local times that a daylight-saving change leaves out or repeats. Null: what its
-- kind of trigger does by itself.
alter table schedules
  add column dst_gap     text check (dst_gap in ('FIRE_AT_GAP_END', 'SHIFT_BY_GAP', 'SKIP')),
  add column dst_overlap text check (dst_overlap in ('FIRST', 'LAST', 'BOTH'));

-- By which tzdata next_fire_at was worked out; null: nobody knows, which is older than any. Versions such as 2025b
-- follow each other in the order of their bytes, whatever the database's language. docs/decisions/0017.
alter table clock add column rules text collate "C";

-- When the schedule was last told when to fire: created, switched on, given another trigger, zone or choice. An edit
-- of anything else leaves it. Null: not since this column is there.
alter table clock add column timed_at timestamptz;
