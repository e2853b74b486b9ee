/**
 * The write side: what people declare (jobs, schedules) and ask for (runs), and what they are shown
 * of it. Each change is one transaction of one tenant, and the outbox row that tells of it is
 * written in the same; notices to other processes go out after the commit.
 *
 * <p>Jobs and schedules are entities. What plan, claim and complete touch too (clock, queue, runs,
 * attempts) is reached by statements only, in {@code *Sql} classes, on the same connection.
 *
 * <p>Whoever changes a schedule locks its clock row first: planning tests that row's revision, so
 * what was planned before the lock can be seen and withdrawn, and what would be planned after it
 * does nothing. Planned rows that somebody else has locked are left alone: a cancel ends them, or a
 * worker has them already.
 *
 * <p>Reading or asking a trigger can take a tenth of a second: {@link
 * dev.carillon.catalog.Evaluation} has it done off the event loop, and a {@link
 * dev.carillon.catalog.ScheduleDraft} before the clock row is locked.
 *
 * <p>A run's state is not stored: it is that of its queue row while it lives, and afterwards the
 * final state of its last attempt. Both are read in one statement, {@link
 * dev.carillon.catalog.RunSql#READ}.
 */
@NullMarked
package dev.carillon.catalog;

import org.jspecify.annotations.NullMarked;
