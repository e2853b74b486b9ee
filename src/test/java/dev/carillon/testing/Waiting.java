package dev.carillon.testing;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.OverlapPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Schedules whose runs wait for each other, and a handler {@code work} whose runs end when a test
 * says so.
 */
public final class Waiting implements AutoCloseable {

  /** Never by itself. */
  public static final String NEVER = "{\"type\":\"ONE_SHOT\",\"at\":\"9000-01-01T00:00:00Z\"}";

  public final EngineFixture engine = new EngineFixture();
  public final UUID job;

  private final Map<UUID, CompletableFuture<Outcome>> ends = new ConcurrentHashMap<>();
  private final Map<UUID, AtomicInteger> cancelled = new ConcurrentHashMap<>();
  private final AtomicInteger schedules = new AtomicInteger();
  private volatile boolean polite = true;

  public Waiting() {
    engine.asyncHandler("work", this::work);
    job = engine.job("work");
  }

  private CompletionStage<Outcome> work(RunContext run) {
    CompletableFuture<Outcome> end = end(run.runId());
    run.cancellation()
        .onCancel(
            () -> {
              cancelled(run.runId()).incrementAndGet();
              if (polite) {
                end.complete(Outcome.retry("told to stop", java.time.Duration.ZERO));
              }
            });
    return end;
  }

  /** From now on handlers do not stop when they are asked to. */
  public Waiting impolite() {
    polite = false;
    return this;
  }

  /** Lets everybody go, so that nobody waits for them. */
  @Override
  public void close() {
    ends.values().forEach(end -> end.complete(Outcome.success()));
    engine.close();
  }

  public void ends(UUID run, Outcome outcome) {
    end(run).complete(outcome);
  }

  /** How often the handler was asked to stop. */
  public int askedToStop(UUID run) {
    return cancelled(run).get();
  }

  private CompletableFuture<Outcome> end(UUID run) {
    return ends.computeIfAbsent(run, id -> new CompletableFuture<>());
  }

  private AtomicInteger cancelled(UUID run) {
    return cancelled.computeIfAbsent(run, id -> new AtomicInteger());
  }

  public UUID schedule(OverlapPolicy policy) {
    UUID schedule = engine.schedule(job, "s" + schedules.incrementAndGet(), NEVER, "UTC", far());
    engine.execute("update schedules set overlap_policy = ? where id = ?", policy.name(), schedule);
    return schedule;
  }

  private static Instant far() {
    return Instant.parse("9000-01-01T00:00:00Z");
  }

  /** A fire as the ticker plans it. */
  public UUID fire(UUID schedule, OverlapPolicy policy, Instant due) {
    UUID run = RunIds.ofFire(EngineFixture.TENANT, schedule.toString(), due);
    engine.execute(
        """
        with r as (
          insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, created_at, priority)
          values (?, ?, ?, ?, ?, ?, now(), 2) returning *)
        insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, overlap, held_by, held_due)
        select r.id, r.tenant_id, r.schedule_id, 'default', 2, 'infinity', ?, 'overlap', r.due_at from r
        """,
        run,
        EngineFixture.TENANT,
        job,
        schedule,
        EngineFixture.utc(due),
        EngineFixture.utc(due),
        policy.name());
    return run;
  }

  /** A run of the schedule that has the place already. */
  public UUID living(UUID schedule) {
    UUID run = engine.run(job);
    engine.execute("update runs set schedule_id = ? where id = ?", schedule, run);
    engine.execute(
        "update queue set schedule_id = ?, overlap = 'SKIP' where id = ?", schedule, run);
    return run;
  }

  /** Where each stands. */
  public List<String> states(UUID... runs) {
    return java.util.Arrays.stream(runs).map(this::state).toList();
  }

  /** As {@link EngineFixture#state}, but a held one is WAITING. */
  public String state(UUID run) {
    List<Map<String, Object>> held =
        engine.rows("select 1 from queue where id = ? and held_by is not null", run);
    return held.isEmpty() ? engine.state(run) : "WAITING";
  }
}
