-- The engine's hot statements are planned once on each connection, perhaps while a table or next month's
-- partition is empty. To such a planner every index that contains the id looks as good as the primary key, and
-- one by tenant or job would later be read from end to end. So these serve only those who ask for a tenant, a
-- schedule or a job: the predicate follows from any such question, and from no other. docs/decisions/0004.

drop index queue_by_tenant;
-- The live runs of a tenant by state.
create index queue_by_tenant on queue (tenant_id, id) where tenant_id is not null;

drop index jobs_by_tenant;
-- The list of a tenant's jobs, newest first.
create index jobs_by_tenant on jobs (tenant_id, id) where tenant_id is not null;

drop index runs_by_tenant;
-- The list of a tenant, newest first, and retention.
create index runs_by_tenant on runs (tenant_id, id) where tenant_id is not null;

drop index runs_by_schedule;
-- The runs of a schedule, newest first; a run that nobody scheduled pays nothing.
create index runs_by_schedule on runs (schedule_id, id) where schedule_id is not null;

drop index runs_by_job;
-- The runs of a job, newest first.
create index runs_by_job on runs (job_id, id) where job_id is not null;
