package dev.carillon.scheduling;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.JobDefinition;
import dev.carillon.Recurrence;
import dev.carillon.RunInfo;
import dev.carillon.RunOptions;
import dev.carillon.ScheduleDefinition;
import dev.carillon.ScheduleInfo;
import dev.carillon.Scheduler;
import dev.carillon.SchedulerException;
import dev.carillon.SchedulerException.Reason;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.run.RunState;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.testing.PostgresResource;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Rrule;
import dev.carillon.time.calendar.Convention;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.VertxContextSupport;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What an application does with a scheduler, seen from its REST side; a tenant for each case. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SchedulerTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant FAR = Instant.parse("2998-01-01T00:00:00Z");
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Inject Scheduler ofDefault;
  @Inject TenantTransactions transactions;
  @Inject EventFeed feed;
  @Inject InstantSource clock;
  @Inject Vertx vertx;
  @Inject AgroalDataSource dataSource;

  private final String tenant =
      "t" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), 36);
  private final List<EventMessage> told = new CopyOnWriteArrayList<>();
  private Scheduler scheduler;

  @BeforeEach
  void ofATenant() {
    scheduler = ofDefault.of(tenant);
    feed.of(tenant, null).subscribe().with(told::add);
  }

  // ── schedules
  // ──────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void createsAScheduleWithItsJobAndLeavesBothAloneWhileAllIsSo() {
    ScheduleDefinition definition =
        ScheduleDefinition.of(
                JobDefinition.of("invoices")
                    .timeout(Duration.ofMinutes(10))
                    .maxAttempts(3)
                    .retryAfter(Duration.ofSeconds(5)))
            .cron("0 6 1 * *")
            .timezone("Europe/Berlin")
            .params(Map.of("month", 1, "share", 0.25, "big", 10_000_000_000L))
            .calendar("DE", Convention.FOLLOWING)
            .overlap(OverlapPolicy.SKIP)
            .jitter(Duration.ofMinutes(5));

    ScheduleInfo created = scheduler.schedule(definition);
    ScheduleInfo again = scheduler.schedule(definition);

    assertEquals("invoices", created.key());
    assertEquals("ACTIVE", created.status());
    assertTrue(created.nextFireAt().isAfter(clock.instant()));
    assertEquals(created, again);
    shown("/schedules/invoices")
        .body("jobKey", equalTo("invoices"))
        .body("params", equalTo(Map.of("month", 1, "share", 0.25f, "big", 10_000_000_000L)))
        .body("convention", equalTo("FOLLOWING"))
        .body("overlapPolicy", equalTo("SKIP"))
        .body("jitter", equalTo("PT5M"));
    shown("/jobs/invoices")
        .body("timeout", equalTo("PT10M"))
        .body("retry.maxAttempts", equalTo(3))
        .body("retry.initialDelay", equalTo("PT5S"))
        .body("version", equalTo(1));
    assertEquals(1, count("select revision from clock where schedule_id = '" + created.id() + "'"));
    assertTold(List.of("scheduler.job.created", "scheduler.schedule.created"));
  }

  @Test
  void isDeclaredOnceByReplicasThatStartTogether() throws Exception {
    int replicas = 8;
    List<ScheduleDefinition> definitions =
        List.of(
            ScheduleDefinition.of(JobDefinition.of("a")).cron("0 6 1 1 *"),
            ScheduleDefinition.of(JobDefinition.of("a")).key("a2").runAt(FAR),
            ScheduleDefinition.of(JobDefinition.of("b").maxAttempts(2))
                .trigger(new FixedDelay(Duration.ofDays(300))));
    CyclicBarrier together = new CyclicBarrier(replicas);
    ExecutorService threads = Executors.newFixedThreadPool(replicas);
    List<Future<List<UUID>>> starts = new ArrayList<>();
    for (int i = 0; i < replicas; i++) {
      starts.add(
          threads.submit(
              () -> {
                together.await(10, TimeUnit.SECONDS);
                return definitions.stream().map(d -> scheduler.schedule(d).id()).toList();
              }));
    }

    List<List<UUID>> ids = new ArrayList<>();
    for (Future<List<UUID>> start : starts) {
      ids.add(start.get(30, TimeUnit.SECONDS));
    }
    threads.shutdown();

    assertEquals(1, ids.stream().distinct().count());
    shown("/schedules")
        .body("items.size()", equalTo(3))
        .body("items.version", equalTo(List.of(1, 1, 1)));
    shown("/jobs").body("items.size()", equalTo(2)).body("items.version", equalTo(List.of(1, 1)));
    assertEquals(3, count("select sum(revision) from clock where tenant_id = '" + tenant + "'"));
    assertTold(
        List.of(
            "scheduler.job.created",
            "scheduler.job.created",
            "scheduler.schedule.created",
            "scheduler.schedule.created",
            "scheduler.schedule.created"));
  }

  @Test
  void leavesWhatAnOperatorHasDone() {
    ScheduleDefinition definition =
        ScheduleDefinition.of(JobDefinition.of("invoices")).cron("0 6 1 * *");
    scheduler.schedule(definition);
    asOperator().post("/schedules/invoices/disable").then().statusCode(200);
    asOperator()
        .body("{\"note\":\"billing moves house\"}")
        .contentType("application/merge-patch+json")
        .patch("/schedules/invoices")
        .then()
        .statusCode(200);
    asOperator()
        .body("{\"timeout\":\"PT1H\"}")
        .contentType("application/merge-patch+json")
        .patch("/jobs/invoices")
        .then()
        .statusCode(200);

    ScheduleInfo same = scheduler.schedule(definition);
    ScheduleInfo moved = scheduler.schedule(definition.cron("0 7 1 * *"));

    assertEquals(3, same.version());
    assertEquals(4, moved.version());
    assertNull(moved.nextFireAt());
    shown("/schedules/invoices")
        .body("enabled", equalTo(false))
        .body("note", equalTo("billing moves house"))
        .body("trigger.expression", equalTo("0 7 1 * *"));
    shown("/jobs/invoices").body("timeout", equalTo("PT1H"));
  }

  @Test
  void forgetsOfAJobWhatTheLastReleaseSaidWithinAField() {
    JobDefinition first =
        JobDefinition.of("j")
            .params(Map.of("a", 1, "old", 1))
            .with("labels", Map.of("team", "billing", "old", "yes"))
            .with("paramsSchema", Map.of("required", List.of("old")))
            .description("stays")
            .maxAttempts(3);
    scheduler.declare(first);

    scheduler.declare(
        JobDefinition.of("j")
            .params(Map.of("a", 1))
            .with("labels", Map.of("team", "billing"))
            .with("paramsSchema", Map.of("type", "object"))
            .retryAfter(Duration.ofSeconds(5)));

    shown("/jobs/j")
        .body("params", equalTo(Map.of("a", 1)))
        .body("labels", equalTo(Map.of("team", "billing")))
        .body("paramsSchema", equalTo(Map.of("type", "object")))
        .body("description", equalTo("stays"))
        .body("retry.maxAttempts", equalTo(3))
        .body("retry.initialDelay", equalTo("PT5S"))
        .body("version", equalTo(2));
  }

  /** On a worker's context, which does one thing after the other. */
  @Test
  void blocksAWorkersContextWithoutWaitingForItself() throws Exception {
    scheduler.declare(JobDefinition.of("j"));
    CompletableFuture<RunInfo> made = new CompletableFuture<>();

    ((VertxInternal) vertx)
        .createWorkerContext()
        .runOnContext(
            on -> {
              try {
                made.complete(scheduler.enqueue("j", Map.of(), RunOptions.NONE.dueAt(FAR)));
              } catch (RuntimeException failure) {
                made.completeExceptionally(failure);
              }
            });

    assertEquals("j", made.get(10, TimeUnit.SECONDS).jobKey());
  }

  @Test
  void countsARecurrenceFromItsFirstTime() {
    ZonedDateTime first = ZonedDateTime.of(2998, 1, 31, 9, 0, 0, 0, BERLIN);
    scheduler.declare(JobDefinition.of("j"));

    ScheduleInfo monthly =
        scheduler.schedule(
            ScheduleDefinition.of("j")
                .target("01JCV9X")
                .runAt(first)
                .recurring(Recurrence.MONTHLY));

    assertEquals("j:01JCV9X", monthly.key());
    assertEquals(first.toInstant(), monthly.nextFireAt());
    shown("/schedules/j:01JCV9X")
        .body(
            "trigger",
            equalTo(Map.of("type", "INTERVAL", "every", "P1M", "anchor", "2998-01-31T09:00:00")))
        .body("timezone", equalTo("Europe/Berlin"))
        .body("scope.target", equalTo("01JCV9X"))
        .body("startAt", nullValue());
    shown("/schedules/j:01JCV9X/fires?from=2998-01-01T00:00:00Z&limit=3")
        .body(
            "fires.local",
            equalTo(
                List.of(
                    "2998-01-31T09:00:00+01:00",
                    "2998-02-28T09:00:00+01:00",
                    "2998-03-31T09:00:00+02:00")));
  }

  @Test
  void takesAnyTrigger() {
    scheduler.declare(JobDefinition.of("j"));
    ScheduleDefinition j = ScheduleDefinition.of("j").timezone("Europe/Berlin");
    Rrule lastFriday =
        Rrule.parse(
            "FREQ=MONTHLY;BYDAY=-1FR",
            "2998-01-01T09:00:00",
            List.of("2998-01-02T10:00:00"),
            List.of("2998-02-23T09:00:00"),
            List.of("FREQ=YEARLY;BYMONTH=8"));

    assertEquals(FAR, scheduler.schedule(j.key("once").runAt(FAR)).nextFireAt());
    assertEquals(
        Instant.parse("2998-01-07T08:00:00Z"),
        scheduler.schedule(j.key("cron").cron("0 9 * * SUN").runAt(FAR)).nextFireAt());
    ScheduleDefinition rrule = j.key("rrule").trigger(lastFriday);
    assertEquals(Instant.parse("2998-01-02T09:00:00Z"), scheduler.schedule(rrule).nextFireAt());
    assertEquals(1, scheduler.schedule(rrule).version());
    assertEquals(
        FAR.plus(Duration.ofHours(1)),
        scheduler
            .schedule(j.key("delay").trigger(new FixedDelay(Duration.ofHours(1))).runAt(FAR))
            .nextFireAt());
  }

  @Test
  void deletesAScheduleByItsKey() {
    scheduler.schedule(ScheduleDefinition.of(JobDefinition.of("j")).runAt(FAR));

    assertTrue(scheduler.findSchedule("j").isPresent());
    assertTrue(scheduler.unschedule("j"));

    assertFalse(scheduler.unschedule("j"));
    assertTrue(scheduler.findSchedule("j").isEmpty());
    assertTold(
        List.of(
            "scheduler.job.created", "scheduler.schedule.created", "scheduler.schedule.deleted"));
  }

  @Test
  void saysWhatToMend() {
    scheduler.declare(JobDefinition.of("j"));
    ScheduleDefinition j = ScheduleDefinition.of("j");

    assertEquals(
        List.of(
            "trigger: nobody said when; give runAt, recurring, cron or a trigger"
                + " (right is, for example, .cron(\"0 9 * * MON-FRI\"))"),
        refused(Reason.INVALID, () -> scheduler.schedule(j)).problems());
    SchedulerException several =
        refused(
            Reason.INVALID,
            () ->
                scheduler.schedule(
                    j.key("x").cron("0 9 * * *").timezone("Europe/Berlin").priority(7).maxRuns(0)));
    assertEquals(
        List.of(
            "priority: must be between 0 and 4 (right is, for example, 0)",
            "maxRuns: must be between 1 and 2147483647 (right is, for example, 1)"),
        several.problems());
    assertTrue(several.getMessage().startsWith("schedule x: priority: "), several.getMessage());
    assertTrue(
        refused(
                Reason.INVALID,
                () -> scheduler.schedule(ScheduleDefinition.of("nobody").runAt(FAR)))
            .getMessage()
            .contains("there is no job nobody"));
    assertTrue(
        refused(Reason.INVALID, () -> scheduler.schedule(j.cron("0 9 * * *").timezone("Mars/Base")))
            .getMessage()
            .contains("timezone: "));
    assertTrue(
        refused(
                Reason.INVALID,
                () -> scheduler.enqueue("j", Map.of("a", Map.of("who", new Object()))))
            .getMessage()
            .contains("params.a.who: a java.lang.Object is no JSON value"));
    assertThrows(IllegalArgumentException.class, () -> scheduler.of("Not A Tenant"));
  }

  // ── runs
  // ───────────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void makesARunOnceADedupeKey() {
    scheduler.declare(JobDefinition.of("j").params(Map.of("a", 1, "b", 1)));
    UUID customer = UUID.randomUUID();
    RunOptions options =
        RunOptions.NONE
            .dueAt(FAR)
            .dedupeKey("once")
            .scope("customer", "17")
            .scope("region", "north")
            .priority(1)
            .traceparent(TRACE);

    RunInfo made = scheduler.enqueue("j", Map.of("b", List.of(2, 3), "who", customer), options);
    RunInfo again = scheduler.enqueue("j", Map.of(), options);

    assertEquals(RunState.SCHEDULED, made.state());
    assertEquals(FAR, made.dueAt());
    assertFalse(made.deduplicated());
    assertEquals(made.id(), again.id());
    assertTrue(again.deduplicated());
    assertEquals(RunState.SCHEDULED, scheduler.find(made.id()).orElseThrow().state());
    shown("/runs/" + made.id())
        .body("params", equalTo(Map.of("a", 1, "b", List.of(2, 3), "who", customer.toString())))
        .body("scope", equalTo(Map.of("customer", "17", "region", "north")))
        .body("priority", equalTo(1))
        .body("traceId", equalTo("0af7651916cd43dd8448eb211c80319c"));
    assertTrue(ofDefault.find(made.id()).isEmpty());
  }

  @Test
  void runsWhatIsDueAndTellsWhatBecameOfIt() {
    scheduler.declare(JobDefinition.of("say").handler("noop"));

    RunInfo made = scheduler.enqueue("say", Map.of());

    Awaitility.await()
        .until(
            () -> scheduler.find(made.id()).orElseThrow().state(),
            state -> state == RunState.SUCCEEDED);
    RunInfo ended = scheduler.find(made.id()).orElseThrow();
    assertEquals(1, ended.attempt());
    assertFalse(ended.finishedAt().isBefore(ended.startedAt()));
    assertTrue(
        refused(Reason.WRONG_STATE, () -> scheduler.cancel(made.id()))
            .getMessage()
            .contains("SUCCEEDED"));
  }

  @Test
  void cancelsWhatHasNotBegunAndWhatIsRunning() {
    scheduler.declare(JobDefinition.of("sleep").params(Map.of("duration", "PT1M")));
    RunInfo waiting = scheduler.enqueue("sleep", Map.of(), RunOptions.NONE.dueAt(FAR));
    RunInfo running = scheduler.enqueue("sleep", Map.of());
    Awaitility.await()
        .until(
            () -> scheduler.find(running.id()).orElseThrow().state(),
            state -> state == RunState.RUNNING);

    assertEquals(RunState.CANCELED, scheduler.cancel(waiting.id()).state());
    refused(Reason.WRONG_STATE, () -> scheduler.cancel(waiting.id()));
    assertEquals(RunState.RUNNING, scheduler.cancel(running.id()).state());

    Awaitility.await()
        .until(
            () -> scheduler.find(running.id()).orElseThrow().state(),
            state -> state == RunState.CANCELED);
    refused(Reason.NOT_FOUND, () -> scheduler.cancel(UUID.randomUUID()));
  }

  // ── threads and transactions
  // ───────────────────────────────────────────────────────────────────────────

  @Test
  void refusesToBlockAnEventLoopAndAnswersThereWithoutBlocking() throws Exception {
    scheduler.declare(JobDefinition.of("j"));
    CompletableFuture<String> refusal = new CompletableFuture<>();
    CompletableFuture<Context> came = new CompletableFuture<>();
    Context loop = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());

    loop.runOnContext(
        go -> {
          try {
            scheduler.declare(JobDefinition.of("k"));
            refusal.complete("it did not refuse");
          } catch (IllegalStateException refused) {
            refusal.complete(refused.getMessage());
          }
          scheduler
              .async()
              .enqueue("j", Map.of(), RunOptions.NONE.dueAt(FAR))
              .thenAccept(run -> came.complete(Vertx.currentContext()));
        });

    assertTrue(refusal.get(10, TimeUnit.SECONDS).contains("Scheduler.async()"), refusal::join);
    assertSame(loop, came.get(10, TimeUnit.SECONDS));
  }

  @Test
  void isNoPartOfTheCallersOwnTransaction() throws Throwable {
    scheduler.declare(JobDefinition.of("j"));
    String other = "other" + tenant;

    // The caller's transaction is of another tenant, and is rolled back after the run was made.
    Throwable rolledBack =
        assertThrows(
            Throwable.class,
            () ->
                VertxContextSupport.subscribeAndAwait(
                    () ->
                        transactions.entities(
                            new Tenant(other),
                            statements ->
                                Uni.createFrom()
                                    .completionStage(
                                        () ->
                                            scheduler
                                                .async()
                                                .schedule(ScheduleDefinition.of("j").runAt(FAR)))
                                    .flatMap(
                                        scheduled ->
                                            statements.query(
                                                "select current_setting('carillon.tenant')",
                                                Tuple.tuple()))
                                    .map(rows -> rows.iterator().next().getString(0))
                                    .invoke(mine -> assertEquals(other, mine))
                                    .<Object>flatMap(
                                        mine ->
                                            Uni.createFrom()
                                                .failure(new IllegalStateException("mine"))))));

    assertEquals("mine", rolledBack.getMessage());
    assertTrue(scheduler.findSchedule("j").isPresent());
  }

  @Test
  void tellsTheTwoTenantsApart() {
    Scheduler another = scheduler.of("other" + tenant);
    scheduler.schedule(ScheduleDefinition.of(JobDefinition.of("j")).runAt(FAR));
    another.schedule(ScheduleDefinition.of(JobDefinition.of("j")).runAt(FAR));

    assertNotEquals(
        scheduler.findSchedule("j").orElseThrow().id(),
        another.findSchedule("j").orElseThrow().id());
  }

  // ── how it is looked at
  // ────────────────────────────────────────────────────────────────────────────────

  private RequestSpecification asOperator() {
    return RestAssured.given().header("X-Tenant-Id", tenant).contentType("application/json");
  }

  private ValidatableResponse shown(String path) {
    return RestAssured.given().header("X-Tenant-Id", tenant).get(path).then().statusCode(200);
  }

  private static SchedulerException refused(Reason reason, Executable asked) {
    SchedulerException refused = assertThrows(SchedulerException.class, asked);
    assertEquals(reason, refused.reason(), refused::getMessage);
    return refused;
  }

  /** What was told of jobs and schedules, once all that stands in the outbox has been told. */
  private void assertTold(List<String> types) {
    Awaitility.await()
        .until(() -> count("select count(*) from outbox where tenant_id = '" + tenant + "'") == 0);
    Awaitility.await().until(() -> types().size() >= types.size());
    assertEquals(types, types().stream().sorted().toList());
  }

  private List<String> types() {
    return told.stream()
        .map(EventMessage::type)
        .filter(type -> !type.startsWith("scheduler.run."))
        .toList();
  }

  private long count(String sql) {
    try (Connection connection = dataSource.getConnection();
        ResultSet rows = connection.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
