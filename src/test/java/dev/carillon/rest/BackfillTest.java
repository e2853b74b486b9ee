package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.Background;
import dev.carillon.testing.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of a past window, made again. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class BackfillTest extends ScheduleFixture {

  @Inject AgroalDataSource dataSource;

  private static final String HOURLY =
      "'timezone':'UTC','trigger':{'type':'CRON','expression':'0 * * * *'}}";
  private static final String MORNING = "'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z'";

  /** Disabled, so that nothing but the backfill makes runs. */
  private String hourly(String chosen) {
    api.withJob("noop");
    return created("{'key':'s','enabled':false," + chosen + "'jobKey':'noop'," + HOURLY);
  }

  private List<String> states(String id) {
    return api.get("/runs?limit=1000&scheduleId=" + id).path("items.state");
  }

  private void awaitCompleted(String location) {
    Awaitility.await().until(() -> "COMPLETED".equals(api.get(location).path("state")));
  }

  @Test
  void makesTheRunsOfTheWindowWithTheirNominalInstants() {
    String id = hourly("");

    Response started = api.post("/schedules/s/backfill", "{" + MORNING + "}");

    started
        .then()
        .statusCode(202)
        .header("Location", matchesPattern("/schedules/s/backfills/[0-9a-f-]{36}"))
        .body("planned", equalTo(6))
        .body("created", equalTo(6))
        .body("overlapPolicy", equalTo("BUFFER_ALL"));
    List<String> fires = api.get("/runs?scheduleId=" + id).path("items.fireAt");
    assertEquals(
        List.of(
            "2026-03-01T05:00:00Z",
            "2026-03-01T04:00:00Z",
            "2026-03-01T03:00:00Z",
            "2026-03-01T02:00:00Z",
            "2026-03-01T01:00:00Z",
            "2026-03-01T00:00:00Z"),
        fires);
  }

  @Test
  void runsThemAndShowsItsProgress() {
    String id = hourly("");
    String location =
        api.post("/schedules/s/backfill", "{" + MORNING + ",'overlapPolicy':'ALLOW_ALL'}")
            .header("Location");

    awaitCompleted(location);

    api.get(location).then().body("runs.SUCCEEDED", equalTo(6)).body("created", equalTo(6));
    assertEquals(Set.of("SUCCEEDED"), new HashSet<>(states(id)));
    // Those that ran are left alone.
    api.post("/schedules/s/backfill", "{" + MORNING + "}")
        .then()
        .statusCode(202)
        .body("planned", equalTo(0))
        .body("leftAlone", equalTo(6))
        .body("state", equalTo("COMPLETED"));
  }

  @Test
  void revivesWhatWasMissedOrSkipped() {
    String id = hourly("");
    String location =
        api.post("/schedules/s/backfill", "{" + MORNING + ",'overlapPolicy':'ALLOW_ALL'}")
            .header("Location");
    awaitCompleted(location);
    List<String> runs = api.get("/runs?scheduleId=" + id).path("items.id");
    letGo(runs.get(0), "MISSED");
    letGo(runs.get(1), "SKIPPED");

    String again =
        api.post("/schedules/s/backfill", "{" + MORNING + ",'overlapPolicy':'ALLOW_ALL'}")
            .then()
            .statusCode(202)
            .body("planned", equalTo(2))
            .body("revived", equalTo(2))
            .body("leftAlone", equalTo(4))
            .extract()
            .header("Location");

    awaitCompleted(again);
    api.get("/runs/" + runs.get(0))
        .then()
        .body("state", equalTo("SUCCEEDED"))
        .body("generation", equalTo(2))
        .body("fireAt", equalTo("2026-03-01T05:00:00Z"));
  }

  private void letGo(String run, String state) {
    // What was tried is never changed, so it was another.
    rows.execute(
        """
        with gone as (delete from attempts where run_id = cast(? as uuid) returning *)
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select g.run_id, g.generation, g.attempt + 1, g.tenant_id, cast(? as attempt_outcome), cast(? as run_state),
               g.finished_at
        from gone g
        """,
        run,
        state,
        state);
  }

  @Test
  void saysWhatItWouldMakeAndMakesNothing() {
    String id = hourly("");

    api.post("/schedules/s/backfill", "{" + MORNING + ",'dryRun':true}")
        .then()
        .statusCode(202)
        .header("Location", nullValue())
        .body("id", nullValue())
        .body("state", equalTo("DRY_RUN"))
        .body("planned", equalTo(6))
        .body("created", equalTo(0));

    assertEquals(List.of(), states(id));
  }

  @Test
  void cancelsWhatHasNotBegun() {
    String id = hourly("");
    String slow =
        "{'from':'2026-03-01T00:00:00Z','to':'2026-03-03T00:00:00Z','ratePerSecond':1,'overlapPolicy':'ALLOW_ALL'}";
    String location = api.post("/schedules/s/backfill", slow).header("Location");

    api.delete(location).then().statusCode(204);
    api.delete(location).then().statusCode(204);

    api.get(location).then().body("state", equalTo("CANCELED"));
    Awaitility.await()
        .until(() -> Set.of("CANCELED", "SUCCEEDED").containsAll(new HashSet<>(states(id))));
    assertTrue(states(id).stream().filter("CANCELED"::equals).count() > 40);
    told.await("scheduler.run.canceled", 40);
  }

  /** One that another has revived since is not its any more. */
  @Test
  void cancelsAndCountsItsOwnGenerationAlone() {
    String id = hourly("");
    String window =
        "{'from':'2026-03-01T00:00:00Z','to':'2026-03-01T01:00:00Z','overlapPolicy':'ALLOW_ALL'}";
    String first = api.post("/schedules/s/backfill", window).header("Location");
    awaitCompleted(first);
    String run = api.get("/runs?scheduleId=" + id).path("items[0].id");
    letGo(run, "SKIPPED");
    String second = api.post("/schedules/s/backfill", window).header("Location");

    api.delete(first).then().statusCode(204);

    awaitCompleted(second);
    api.get("/runs/" + run)
        .then()
        .body("state", equalTo("SUCCEEDED"))
        .body("generation", equalTo(2));
    api.get(first).then().body("runs", equalTo(Map.of("SKIPPED", 1)));
    api.get(second).then().body("runs", equalTo(Map.of("SUCCEEDED", 1)));
  }

  /** What is given its place at this moment would run all the same. */
  @Test
  void cancelsWhatSomebodyHoldsForAMoment() throws SQLException {
    String id = hourly("");
    rows.execute("update jobs set queue = 'nobody' where tenant_id = ?", api.tenant());
    String location = api.post("/schedules/s/backfill", "{" + MORNING + "}").header("Location");
    try (Connection admission = dataSource.getConnection()) {
      admission.setAutoCommit(false);
      try (PreparedStatement lock =
          admission.prepareStatement("select 1 from queue where schedule_id = ? for update")) {
        lock.setObject(1, UUID.fromString(id));
        lock.execute();
      }
      CompletableFuture<Response> canceled = Background.supply(() -> api.delete(location));
      Awaitility.await()
          .until(
              () ->
                  !rows.texts(
                          """
                          select 1 from pg_stat_activity
                          where wait_event_type = 'Lock' and datname = current_database()
                          """)
                      .isEmpty());
      admission.commit();
      canceled.join().then().statusCode(204);
    }

    assertEquals(Set.of("CANCELED"), new HashSet<>(states(id)));
  }

  /** Its live fires are planned meanwhile where nobody waits for anybody. */
  @Test
  void locksTheClockOnlyWhereRunsWaitForEachOther() throws SQLException {
    String id = hourly("");
    try (Connection planner = dataSource.getConnection()) {
      planner.setAutoCommit(false);
      try (PreparedStatement lock =
          planner.prepareStatement("select 1 from clock where schedule_id = ? for update")) {
        lock.setObject(1, UUID.fromString(id));
        lock.execute();
      }
      api.post("/schedules/s/backfill", "{" + MORNING + ",'overlapPolicy':'ALLOW_ALL'}")
          .then()
          .statusCode(202)
          .body("planned", equalTo(6));
      planner.rollback();
    }
  }

  /** A schedule that is switched off may be left behind by its job. */
  @Test
  void makesNoRunsThatDoNotFitTheirJobsSchema() {
    String id = hourly("'params':{'day':1},");
    String schema = "{'paramsSchema':{'properties':{'day':{'type':'string'}},'required':['day']}}";
    api.patch("/jobs/noop", schema).then().statusCode(200);

    for (String more : List.of("", ",'dryRun':true")) {
      api.post("/schedules/s/backfill", "{" + MORNING + more + "}")
          .then()
          .statusCode(409)
          .body("detail", containsString("/params/day"));
    }
    assertEquals(List.of(), states(id));

    api.patch("/schedules/s", "{'params':{'day':'1'}}").then().statusCode(200);
    api.post("/schedules/s/backfill", "{" + MORNING + ",'dryRun':true}")
        .then()
        .statusCode(202)
        .body("planned", equalTo(6));
  }

  @Test
  void becomesDueAtItsRate() {
    String id = hourly("");
    api.post(
            "/schedules/s/backfill",
            "{'from':'2026-03-01T00:00:00Z','to':'2026-03-02T00:00:00Z','ratePerSecond':2,'overlapPolicy':'ALLOW_ALL'}")
        .then()
        .statusCode(202);

    assertEquals(
        11_500,
        rows.number(
            "select (extract(epoch from max(due_at) - min(due_at)) * 1000)::bigint from runs where schedule_id = ?",
            id));
    assertEquals(3, rows.number("select max(priority) from queue where schedule_id = ?", id));
  }

  /** Whoever comes first makes a fire's run: it is one run however many want it. */
  @Test
  void makesEachRunOnceBesideOthersAndTheTicker() {
    api.withJob("noop");
    String id =
        created(
            "{'key':'live','jobKey':'noop','timezone':'UTC','trigger':"
                + "{'type':'CRON','expression':'* * * * * *'}}");
    Instant from = clock.instant().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);

    Awaitility.await()
        .until(
            () -> {
              Racers.race(
                  4,
                  () ->
                      api.post(
                              "/schedules/live/backfill",
                              "{'from':'"
                                  + from
                                  + "','to':'"
                                  + clock.instant()
                                  + "','overlapPolicy':'ALLOW_ALL','ratePerSecond':1000}")
                          .then()
                          .statusCode(202));
              return clock.instant().isAfter(from.plusSeconds(64));
            });
    api.post("/schedules/live/disable").then().statusCode(200);

    Awaitility.await().until(() -> Set.of("SUCCEEDED").containsAll(new HashSet<>(states(id))));
    List<String> fires = api.get("/runs?limit=1000&scheduleId=" + id).path("items.fireAt");
    assertEquals(fires.size(), new HashSet<>(fires).size());
    Instant last = Instant.parse(fires.get(0));
    assertEquals(ChronoUnit.SECONDS.between(from, last) + 1, fires.size());
    assertEquals(
        fires.size(),
        rows.number(
            "select count(*) from attempts a join runs r on r.id = a.run_id where r.schedule_id = ?",
            id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                                                  | /from
          {'from':'2026-03-02T00:00:00Z','to':'2026-03-01T00:00:00Z'}                         | /to
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T00:00:00Z'}                         | /to
          {'from':'2026-03-01T00:00:00Z','to':'2999-01-01T00:00:00Z'}                         | /to
          {'from':'2024-01-01T00:00:00Z','to':'2026-01-01T00:00:00Z'}                         | /to
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z','max':5}                 | /to
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z','max':0}                 | /max
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z','ratePerSecond':0}       | /ratePerSecond
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z','overlapPolicy':'NEVER'} | /overlapPolicy
          {'from':'2026-03-01T00:00:00Z','to':'2026-03-01T06:00:00Z','rate':1}                | /rate
          """)
  void refusesWhatIsNoWindowOfThePast(String body, String pointer) {
    hourly("");

    api.post("/schedules/s/backfill", body)
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void saysWhereTheWindowMustEndThatIsTooLong() {
    hourly("");

    api.post("/schedules/s/backfill", "{" + MORNING + ",'max':5}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("2026-03-01T05:00:00Z"));
  }

  @Test
  void refusesWhatHasNoNominalFires() {
    created("{'key':'d','jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'PT1H'}}");
    api.post("/schedules/d/backfill", "{" + MORNING + "}").then().statusCode(422);
    api.post("/schedules/nobody/backfill", "{" + MORNING + "}").then().statusCode(404);
    api.get("/schedules/d/backfills/x").then().statusCode(404);
    api.post("/schedules/d/disable");
    api.post("/jobs/j/archive").then().statusCode(200);
    created("{'key':'e','enabled':false,'jobKey':'j'," + HOURLY);
    api.post("/schedules/e/backfill", "{" + MORNING + "}").then().statusCode(409);
  }
}
