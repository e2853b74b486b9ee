package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.TestGroups;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Many groups at once, while runs are added, cancelled and retried, runs fail, and another leader
 * takes over: each group ends exactly as often as it was begun, with one event, and no run that was
 * accepted waits for ever.
 */
class GroupRaceTest {

  private static final int GROUPS = 200;
  private static final int RUNS = 10;
  private static final int MOST_AT_ONCE = 3;

  private final Map<UUID, AtomicInteger> atWork = new ConcurrentHashMap<>();
  private final Map<UUID, UUID> groupOf = new ConcurrentHashMap<>();
  private final Map<UUID, Integer> mostOf = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  @Test
  void endsEachGroupExactlyOnceAndLosesNoRun() throws Exception {
    try (EngineFixture engine = new EngineFixture()) {
      engine.handler("risky", run -> work(run.runId()));
      engine.job("risky");
      TestGroups groups = new TestGroups(engine);
      List<UUID> all = new ArrayList<>();
      for (int i = 0; i < GROUPS; i++) {
        String mode = i % 2 == 0 ? "'PARALLEL','maxParallel':" + MOST_AT_ONCE : "'SEQUENTIAL'";
        String onFailure = i % 4 < 2 ? "STOP" : "CONTINUE";
        UUID group =
            groups.create("'mode':" + mode + ",'onFailure':'" + onFailure + "'", "risky", RUNS);
        groups.runs(group).forEach(run -> groupOf.put(run, group));
        atWork.put(group, new AtomicInteger());
        mostOf.put(group, i % 2 == 0 ? MOST_AT_ONCE : 1);
        all.add(group);
      }
      for (int i = 0; i < 3; i++) {
        engine.worker(16, Duration.ofSeconds(30));
      }
      Ticker first = engine.ticker(Duration.ofSeconds(2));
      engine.ticker(Duration.ofSeconds(2));

      AtomicBoolean over = new AtomicBoolean();
      List<Thread> people = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int seed = i;
        Thread person = new Thread(() -> meddle(groups, all, new Random(seed), over));
        people.add(person);
        person.start();
      }
      // When the leader, or who would be, goes in the middle
      await().until(() -> engine.count("select count(*) from attempts") > GROUPS * RUNS / 8);
      first.stop().toCompletableFuture().get(10, java.util.concurrent.TimeUnit.SECONDS);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> engine.count("select count(*) from attempts") > GROUPS * RUNS / 4);
      over.set(true);
      for (Thread person : people) {
        person.join();
      }
      engine.awaitEmptyQueue(Duration.ofSeconds(40));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  engine.count("select count(*) from groups where status in ('QUEUED', 'RUNNING')")
                          + engine.count("select count(*) from group_ends")
                      == 0);

      assertEquals(List.of(), List.copyOf(violations));
      assertTrue(accepted.get() > 0 && refused.get() > 0, accepted + " " + refused);
      // Every end but the last was followed by a retry that found it.
      assertEquals(
          List.of(),
          engine.rows(
              """
              with e as (
                select payload ->> 'subject' as subject, payload ->> 'type' as type,
                       (payload ->> 'sequence')::bigint as sequence,
                       payload #>> '{data,status}' as status
                from outbox where kind = 'CHANGED' and payload ->> 'type' like 'scheduler.group.%'
              ), ends as (
                select *, lead(sequence) over (partition by subject order by sequence) as next from e
                where type in ('scheduler.group.completed', 'scheduler.group.partial', 'scheduler.group.canceled')
              )
              select * from ends
              where next is not null and not exists (
                select from e where e.subject = ends.subject and e.type = 'scheduler.group.retried'
                  and e.sequence between ends.sequence and ends.next)
              """));
      assertEquals(
          GROUPS,
          engine.count(
              """
              select count(*) from groups g
              where exists (
                select from outbox o
                where o.kind = 'CHANGED' and o.payload ->> 'subject' = 'groups/' || g.id
                  and o.payload ->> 'type' = 'scheduler.group.' || lower(g.status)
                  and (o.payload #>> '{data,version}')::int = g.version)
              """));
      // The counts are those of the runs' last ends, and each generation has one.
      assertEquals(
          0,
          engine.count(
              """
              select count(*) from groups g
              cross join lateral (
                select count(*) as total,
                       count(*) filter (where a.final_state = 'SUCCEEDED') as succeeded,
                       count(*) filter (where a.final_state = 'FAILED') as failed,
                       count(*) filter (where a.final_state = 'CANCELED') as canceled
                from runs r
                join lateral (
                  select a.final_state from attempts a where a.run_id = r.id and a.final_state is not null
                  order by a.generation desc limit 1) a on true
                where r.group_id = g.id
              ) t
              where g.open <> 0 or g.succeeded <> t.succeeded or g.failed <> t.failed or g.canceled <> t.canceled
                 or t.total <> g.succeeded + g.failed + g.canceled
                 or g.status <> case when g.canceled_at is not null then 'CANCELED'
                                     when g.failed + g.canceled > 0 then 'PARTIAL' else 'COMPLETED' end
              """));
      assertEquals(
          0,
          engine.count(
              """
              select count(*) from (
                select from attempts where final_state is not null group by run_id, generation having count(*) > 1) x
              """));
      assertEquals(
          GROUPS * RUNS + accepted.get(),
          engine.count("select count(*) from runs where group_id is not null"));
    }
  }

  /**
   * Each group is about to end whenever another run is added: it takes it and goes on, or refuses.
   */
  @Test
  void takesARunAndGoesOnOrRefusesIt() throws Exception {
    try (EngineFixture engine = new EngineFixture().handler("noop", run -> Outcome.success())) {
      engine.job("noop");
      TestGroups groups = new TestGroups(engine);
      engine.worker();
      engine.ticker();
      List<Thread> adders = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(i);
        Thread adder =
            new Thread(
                () -> {
                  for (int n = 0; n < 15; n++) {
                    addUntilRefused(groups, groups.create("'mode':'PARALLEL'", "noop", 1), random);
                  }
                });
        adders.add(adder);
        adder.start();
      }
      for (Thread adder : adders) {
        adder.join();
      }

      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () -> engine.count("select count(*) from groups where status <> 'COMPLETED'") == 0);
      assertEquals(0, engine.count("select count(*) from queue"));
      assertEquals(0, engine.count("select count(*) from groups where open <> 0"));
      assertEquals(60 + accepted.get(), engine.count("select sum(succeeded) from groups"));
      assertEquals(60, refused.get());
    }
  }

  private void addUntilRefused(TestGroups groups, UUID group, Random random) {
    while (true) {
      java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(60_000_000));
      try {
        accepted.addAndGet(groups.add(group, "{'jobKey':'noop'}").size());
      } catch (Refusal ended) {
        refused.incrementAndGet();
        return;
      }
    }
  }

  private Outcome work(UUID run) {
    UUID group = groupOf.get(run);
    AtomicInteger now = group == null ? new AtomicInteger() : atWork.get(group);
    int beside = now.incrementAndGet();
    if (group != null && beside > mostOf.get(group)) {
      violations.add(beside + " at once in " + group);
    }
    try {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
      return ThreadLocalRandom.current().nextInt(20) == 0
          ? Outcome.failure("bad luck")
          : Outcome.success();
    } finally {
      now.decrementAndGet();
    }
  }

  /** Adds, cancels and retries at random; what is refused is refused whole. */
  private void meddle(TestGroups groups, List<UUID> all, Random random, AtomicBoolean over) {
    while (!over.get()) {
      UUID group = all.get(random.nextInt(all.size()));
      try {
        switch (random.nextInt(8)) {
          case 0 -> groups.cancel(group);
          case 1, 2 -> groups.retry(group);
          case 3 -> groups.cancelRun(groups.runs(group).get(random.nextInt(RUNS)));
          default -> accepted.addAndGet(groups.add(group, "{'jobKey':'risky'}").size());
        }
      } catch (Refusal | InvalidInput no) {
        refused.incrementAndGet();
      } catch (RuntimeException broken) {
        violations.add(broken.toString());
      }
    }
  }
}
