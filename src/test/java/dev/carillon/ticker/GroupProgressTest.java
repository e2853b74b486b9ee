package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.catalog.GroupView;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.TestGroups;
import dev.carillon.run.GroupStatus;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups go on by themselves, with real workers and a real ticker. */
class GroupProgressTest {

  private final EngineFixture engine = new EngineFixture();
  private final TestGroups groups = new TestGroups(engine);
  private final ConcurrentLinkedQueue<UUID> started = new ConcurrentLinkedQueue<>();
  private final Set<UUID> failing = ConcurrentHashMap.newKeySet();
  private final AtomicInteger atWork = new AtomicInteger();
  private final AtomicInteger mostAtWork = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);

  @BeforeEach
  void open() {
    engine.handler(
        "step",
        run -> {
          started.add(run.runId());
          return failing.contains(run.runId()) ? Outcome.failure("broken") : Outcome.success();
        });
    engine.handler(
        "slow",
        run -> {
          mostAtWork.accumulateAndGet(atWork.incrementAndGet(), Math::max);
          java.util.concurrent.locks.LockSupport.parkNanos(3_000_000);
          atWork.decrementAndGet();
          return Outcome.success();
        });
    engine.handler(
        "gated",
        run -> {
          started.add(run.runId());
          gate.await(10, TimeUnit.SECONDS);
          return Outcome.success();
        });
    engine.handler(
        "stubborn",
        run -> {
          started.add(run.runId());
          boolean opened = false;
          while (!opened) {
            try {
              opened = gate.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException deaf) {
              // It does not stop when it is told to.
            }
          }
          return Outcome.success();
        });
    engine.job("stubborn");
    engine.job("step");
    engine.job("slow");
    engine.job("gated");
  }

  @AfterEach
  void close() {
    gate.countDown();
    engine.close();
  }

  private void start() {
    engine.worker();
    engine.ticker();
    await().until(() -> engine.count("select count(*) from leases where name = 'ticker'") == 1);
  }

  @Test
  void runsTheStepsOfASequentialGroupInOrderAndQuickly() {
    start();
    engine.awaitState(
        engine.run(
            engine.job(
                "warm", "{\"type\":\"HANDLER\",\"name\":\"step\"}", Duration.ofMinutes(1), 1)),
        "SUCCEEDED");
    started.clear();
    long before = System.nanoTime();

    UUID group = groups.create("'mode':'SEQUENTIAL'", "step", 20);
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    long took = Duration.ofNanos(System.nanoTime() - before).toMillis();
    assertEquals(groups.runs(group), List.copyOf(started));
    assertTrue(took < 6_000, "20 steps took " + took + " ms");
    GroupView view = groups.get(group);
    assertEquals(20, view.counts().succeeded());
    assertEquals(20, view.counts().total());
    assertEquals(List.of("created", "completed"), events(group));
  }

  /** Its claim or cancellation is on the way; the database is not to be asked all the time. */
  @Test
  void restsWhileSomebodyHasAMemberLocked() throws Exception {
    UUID group = groups.create("'mode':'SEQUENTIAL'", "step", 2);
    AtomicInteger looks = new AtomicInteger();
    try (Connection other = engine.database.connect()) {
      other.setAutoCommit(false);
      EngineFixture.rows(other, "select 1 from queue for update");
      start();
      await().until(() -> engine.count("select count(*) from group_ends") == 0);
      engine.pg.fault(
          (sql, parameters, go) -> {
            if (sql.equals(GroupProgressSql.CHANGED)) {
              looks.incrementAndGet();
            }
            return go;
          });
      await().until(() -> looks.get() > 2);
      long before = System.nanoTime();
      int first = looks.get();
      await().until(() -> System.nanoTime() - before > 500_000_000);
      int rounds = looks.get() - first;
      long most = (System.nanoTime() - before) / 10_000_000 + 2;
      assertTrue(rounds <= most, rounds + " looks, more than " + most);
      other.rollback();
    }
    groups.awaitStatus(group, GroupStatus.COMPLETED);
  }

  @Test
  void letsNoMoreRunAtOnceThanMaxParallel() {
    start();

    UUID group = groups.create("'mode':'PARALLEL','maxParallel':3", "slow", 40);
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    assertTrue(mostAtWork.get() <= 3, mostAtWork + " at once");
    assertEquals(40, groups.get(group).counts().succeeded());
  }

  @Test
  void runsAllOfAParallelGroupAtOnceWithoutALimit() {
    start();

    UUID group = groups.create("'mode':'PARALLEL'", "gated", 30);
    await().until(() -> groups.get(group).counts().running() == 30);

    assertEquals(GroupStatus.RUNNING, groups.get(group).status());
    gate.countDown();
    groups.awaitStatus(group, GroupStatus.COMPLETED);
  }

  @Test
  void goesOnAfterAFailureAndEndsPartialWhereItContinues() {
    UUID group = groups.create("'mode':'SEQUENTIAL'", "step", 4);
    failing.add(groups.runs(group).get(1));

    start();
    groups.awaitStatus(group, GroupStatus.PARTIAL);

    assertEquals("[3, 1, 0]", counts(group));
    assertEquals(List.of("created", "partial"), events(group));
  }

  @Test
  void cancelsTheRestAfterAFailureWhereItStops() {
    UUID group = groups.create("'mode':'SEQUENTIAL','onFailure':'STOP'", "step", 5);
    failing.add(groups.runs(group).get(1));

    start();
    groups.awaitStatus(group, GroupStatus.PARTIAL);

    assertEquals("[1, 1, 3]", counts(group));
    assertEquals(
        3,
        engine.count(
            "select count(*) from attempts where final_state = 'CANCELED' and started_at is null"));
  }

  @Test
  void retriesWhatFailedAndWhatWasCancelledInItsOrder() {
    UUID group = groups.create("'mode':'SEQUENTIAL','onFailure':'STOP'", "step", 5);
    List<UUID> order = groups.runs(group);
    failing.add(order.get(1));
    start();
    groups.awaitStatus(group, GroupStatus.PARTIAL);
    failing.clear();
    started.clear();

    groups.retry(group);
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    assertEquals(order.subList(1, 5), List.copyOf(started));
    assertEquals("[5, 0, 0]", counts(group));
    assertEquals(List.of("created", "partial", "retried", "completed"), events(group));
    assertEquals(
        List.of(1, 2, 2, 2, 2),
        order.stream()
            .map(
                run ->
                    (int)
                        engine.count("select max(generation) from attempts where run_id = ?", run))
            .toList());
    assertTrue(
        assertThrows(Refusal.class, () -> groups.retry(group)).getMessage().contains("COMPLETED"));
  }

  @Test
  void cancelsAllThatLives() {
    UUID group = groups.create("'mode':'PARALLEL','maxParallel':2", "stubborn", 6);
    start();
    await().until(() -> started.size() == 2);

    assertEquals(2, groups.cancel(group));
    assertEquals(GroupStatus.RUNNING, groups.get(group).status());
    assertThrows(Refusal.class, () -> groups.add(group, "{'jobKey':'step'}"));
    assertThrows(Refusal.class, () -> groups.retry(group));
    gate.countDown();
    groups.awaitStatus(group, GroupStatus.CANCELED);

    assertEquals(6, groups.get(group).counts().canceled() + groups.get(group).counts().succeeded());
    assertEquals(List.of("created", "updated", "canceled"), events(group));
    assertThrows(Refusal.class, () -> groups.cancel(group));
  }

  @Test
  void isCancelledAtOnceWhereNothingRuns() {
    UUID empty = groups.create("{'mode':'PARALLEL'}");
    UUID waiting = groups.create("'mode':'SEQUENTIAL'", "step", 3);

    assertEquals(0, groups.cancel(empty));
    assertEquals(0, groups.cancel(waiting));

    assertEquals(GroupStatus.CANCELED, groups.get(empty).status());
    assertEquals(List.of("created", "canceled"), events(empty));
    assertEquals(GroupStatus.CANCELED, groups.get(waiting).status());
    assertEquals(3, groups.get(waiting).counts().canceled());
    start();
    groups.awaitStatus(waiting, GroupStatus.CANCELED);
    assertEquals(List.of("created", "updated", "canceled"), events(waiting));
  }

  @Test
  void takesRunsUntilItHasEnded() {
    UUID group = groups.create("{'mode':'SEQUENTIAL'}");
    assertEquals(GroupStatus.CREATED, groups.get(group).status());

    UUID first = groups.add(group, "{'jobKey':'step'}").get(0);
    groups.add(group, "{'runs':[" + TestGroups.runs("step", 2) + "]}");
    UUID last = groups.request("{'jobKey':'step','groupId':'" + group + "'}");

    assertEquals(GroupStatus.QUEUED, groups.get(group).status());
    assertEquals(4, groups.get(group).counts().pending());
    assertEquals(first, groups.runs(group).get(0));
    assertEquals(last, groups.runs(group).get(3));
    start();
    groups.awaitStatus(group, GroupStatus.COMPLETED);
    assertEquals(groups.runs(group), List.copyOf(started));
    assertTrue(
        assertThrows(Refusal.class, () -> groups.add(group, "{'jobKey':'step'}"))
            .getMessage()
            .contains("COMPLETED"));
  }

  @Test
  void runsInTheOrderThatItWasGivenLater() {
    UUID group = groups.create("'mode':'SEQUENTIAL'", "step", 5);
    List<UUID> order = new ArrayList<>(groups.runs(group));
    java.util.Collections.rotate(order, 2);

    groups.order(group, order);
    assertEquals(order, groups.runs(group));
    start();
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    assertEquals(order, List.copyOf(started));
    assertThrows(Refusal.class, () -> groups.order(group, order));
  }

  @Test
  void ordersOnlyThoseThatWait() {
    UUID group = groups.create("'mode':'SEQUENTIAL'", "gated", 3);
    List<UUID> runs = groups.runs(group);
    start();
    await().until(() -> started.size() == 1);

    assertTrue(
        assertThrows(
                Refusal.class,
                () -> groups.order(group, List.of(runs.get(2), runs.get(1), runs.get(0))))
            .getMessage()
            .contains("RUNNING"));
    assertThrows(
        dev.carillon.catalog.input.InvalidInput.class,
        () -> groups.order(group, List.of(runs.get(2))));
    assertThrows(
        dev.carillon.catalog.input.InvalidInput.class,
        () -> groups.order(group, List.of(runs.get(2), runs.get(1), UUID.randomUUID())));
    groups.order(group, List.of(runs.get(2), runs.get(1)));
    gate.countDown();
    groups.awaitStatus(group, GroupStatus.COMPLETED);
    assertEquals(List.of(runs.get(0), runs.get(2), runs.get(1)), List.copyOf(started));
  }

  @Test
  void waitsForARunThatIsDueLater() {
    start();
    Instant later = EngineFixture.REAL.instant().plusMillis(1_200);
    String runs = "{'jobKey':'step'},{'jobKey':'step','dueAt':'" + later + "'},{'jobKey':'step'}";

    UUID inOrder = groups.create("{'mode':'SEQUENTIAL','runs':[" + runs + "]}");
    UUID beside =
        groups.create(
            "{'mode':'PARALLEL','maxParallel':1,'runs':["
                + runs.replace(later.toString(), later.plusMillis(3_400).toString())
                + "]}");
    await().until(() -> groups.get(beside).counts().succeeded() == 2);
    groups.awaitStatus(inOrder, GroupStatus.COMPLETED);

    List<UUID> members = groups.runs(inOrder);
    assertEquals(members, started.stream().filter(members::contains).toList());
    Instant second =
        ((java.sql.Timestamp)
                engine
                    .row("select started_at from attempts where run_id = ?", members.get(1))
                    .get("started_at"))
            .toInstant();
    assertTrue(!second.isBefore(later), second + " before " + later);
    groups.awaitStatus(beside, GroupStatus.COMPLETED);
    assertEquals(groups.runs(beside).get(1), List.copyOf(started).get(started.size() - 1));
  }

  @Test
  void letsARunGoThatExpiresBeforeItsTurn() {
    start();
    Instant soon = EngineFixture.REAL.instant().plusMillis(300);
    UUID group =
        groups.create(
            "{'mode':'SEQUENTIAL','onFailure':'STOP','runs':[{'jobKey':'gated'},{'jobKey':'step','expiresAt':'"
                + soon
                + "'},{'jobKey':'step'}]}");

    await().until(() -> groups.get(group).counts().missed() == 1);
    gate.countDown();
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    assertEquals(2, groups.get(group).counts().succeeded());
  }

  @Test
  void goesOnWhereARunIsCancelledByItself() {
    UUID group = groups.create("'mode':'SEQUENTIAL'", "step", 3);
    List<UUID> runs = groups.runs(group);
    groups.cancelRun(runs.get(0));

    start();
    groups.awaitStatus(group, GroupStatus.PARTIAL);

    assertEquals(runs.subList(1, 3), List.copyOf(started));
  }

  @Test
  void goesOnWithOneRunThatAnOperatorRetries() {
    UUID group = groups.create("'mode':'PARALLEL','onFailure':'STOP'", "step", 1);
    UUID run = groups.runs(group).get(0);
    failing.add(run);
    start();
    groups.awaitStatus(group, GroupStatus.PARTIAL);
    failing.clear();

    // Without a notice, and without the row that says so.
    groups.retryRun(run);
    engine.execute("delete from group_ends where run_id is null");
    groups.awaitStatus(group, GroupStatus.COMPLETED);

    assertEquals("[1, 0, 0]", counts(group));
  }

  @Test
  void refusesARunWhoseDedupeKeyIsOfAnother() {
    UUID elsewhere =
        groups.request("{'jobKey':'step','dedupeKey':'d','dueAt':'2998-01-01T00:00:00Z'}");
    UUID group =
        groups.create(
            "{'mode':'PARALLEL','runs':[{'jobKey':'step','dedupeKey':'mine','dueAt':'2998-01-01T00:00:00Z'}]}");

    assertTrue(
        assertThrows(Refusal.class, () -> groups.add(group, "{'jobKey':'step','dedupeKey':'d'}"))
            .getMessage()
            .contains(elsewhere.toString()));
    assertEquals(List.of(), groups.add(group, "{'jobKey':'step','dedupeKey':'mine'}"));
    assertEquals(1, groups.get(group).counts().total());
    assertEquals(1, engine.count("select open from groups where id = ?", group));
  }

  @Test
  void listsByStatus() {
    UUID empty = groups.create("{'mode':'PARALLEL'}");
    UUID queued = groups.create("'mode':'PARALLEL'", "step", 1);
    UUID canceled = groups.create("'mode':'PARALLEL'", "step", 1);
    groups.cancel(canceled);

    assertEquals(List.of(canceled, queued, empty), ids(null, null, 50));
    assertEquals(List.of(queued), ids(GroupStatus.QUEUED, null, 50));
    assertEquals(List.of(canceled), ids(GroupStatus.CANCELED, null, 50));
    assertEquals(List.of(), ids(GroupStatus.RUNNING, null, 50));
    assertEquals(List.of(canceled, queued), ids(null, null, 2));
    assertEquals(List.of(empty), ids(null, queued, 2));
  }

  private List<UUID> ids(GroupStatus status, UUID after, int limit) {
    return groups.list(status, after, limit).items().stream().map(GroupView::id).toList();
  }

  private String counts(UUID group) {
    GroupView.Counts counts = groups.get(group).counts();
    return List.of(counts.succeeded(), counts.failed() + counts.dead(), counts.canceled())
        .toString();
  }

  /** What was told of it, in order of the sequence. */
  private List<String> events(UUID group) {
    return engine
        .rows(
            """
            select replace(payload ->> 'type', 'scheduler.group.', '') as what from outbox
            where kind = 'CHANGED' and payload ->> 'subject' = 'groups/' || ?::uuid
            order by (payload ->> 'sequence')::bigint
            """,
            group)
        .stream()
        .map(row -> (String) row.get("what"))
        .toList();
  }
}
