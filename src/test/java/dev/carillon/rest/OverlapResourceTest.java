package dev.carillon.rest;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Triggers by hand while others of the schedule live, and runs that expire, by REST. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class OverlapResourceTest extends ScheduleFixture {

  @BeforeEach
  void declareALongJob() {
    api.post(
            "/jobs",
            "{'key':'long','target':{'type':'HANDLER','name':'sleep'},'params':{'duration':'PT60S'}}")
        .then()
        .statusCode(201);
  }

  @Test
  void skipsATriggerWhileAnotherLives() {
    schedule("SKIP");
    String living = trigger("{}");
    awaitState(living, "RUNNING");

    String skipped =
        api.post("/schedules/s/trigger", "{}")
            .then()
            .statusCode(202)
            .body("state", equalTo("SKIPPED"))
            .body("attempt", equalTo(1))
            .body("startedAt", nullValue())
            .extract()
            .path("id");

    api.get("/runs/" + skipped)
        .then()
        .body("state", equalTo("SKIPPED"))
        .body("attempts.outcome", equalTo(List.of("SKIPPED")));
    assertEquals(List.of("scheduler.run.skipped 18"), told.await("scheduler.run.skipped", 1));
    cancel(living);
    api.post("/schedules/s/trigger", "{}").then().statusCode(202).body("state", equalTo("QUEUED"));
  }

  @Test
  void letsATriggerWaitForItsTurn() {
    schedule("BUFFER_ONE");
    String living = trigger("{}");
    awaitState(living, "RUNNING");

    String waits =
        api.post("/schedules/s/trigger", "{}")
            .then()
            .statusCode(202)
            .body("state", equalTo("QUEUED"))
            .body("heldBy", equalTo("overlap"))
            .extract()
            .path("id");
    api.post("/schedules/s/trigger", "{}").then().body("state", equalTo("SKIPPED"));
    Instant due = Instant.parse(api.get("/runs/" + waits).path("dueAt"));
    api.get("/runs?dueFrom=" + due + "&dueTo=" + due.plusMillis(1))
        .then()
        .body("items.id", equalTo(List.of(waits)));
    api.get("/runs?state=QUEUED").then().body("items.id", equalTo(List.of(waits)));

    cancel(living);
    awaitState(waits, "RUNNING");
    api.get("/runs/" + waits)
        .then()
        .body("dueAt", equalTo(due.toString()))
        .body("heldBy", nullValue());
    cancel(waits);
  }

  /** temporal#3614: of two manual triggers in a second, one was silently dropped. */
  @Test
  void givesEveryTriggerARunOfItsOwn() {
    schedule("BUFFER_ALL");
    List<String> runs = Racers.race(8, () -> trigger("{'params':{'duration':'PT0.01S'}}"));

    assertEquals(8, runs.stream().distinct().count());
    runs.forEach(run -> awaitState(run, "SUCCEEDED"));
  }

  @ParameterizedTest
  @CsvSource({"CANCEL_OTHER", "TERMINATE_OTHER"})
  void makesPlaceForATriggerThatSaysSo(String policy) {
    schedule("SKIP");
    String living = trigger("{}");
    awaitState(living, "RUNNING");

    String run = trigger("{'overlapPolicy':'" + policy + "'}");

    awaitState(run, "RUNNING");
    api.get("/runs/" + living).then().body("state", equalTo("CANCELED"));
    cancel(run);
  }

  @Test
  void runsATriggerBesideOthersThatSaysSo() {
    schedule("SKIP");
    String living = trigger("{}");
    awaitState(living, "RUNNING");

    String beside = trigger("{'overlapPolicy':'ALLOW_ALL'}");

    awaitState(beside, "RUNNING");
    api.get("/runs/" + living).then().body("state", equalTo("RUNNING"));
    cancel(beside);
    cancel(living);
  }

  @Test
  void saysWhichPoliciesThereAre() {
    schedule("SKIP");
    api.post("/schedules/s/trigger", "{'overlapPolicy':'MAYBE'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/overlapPolicy"));
  }

  // ── expiresAt
  // ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void showsUntilWhenARunMayStart() {
    String run =
        api.post(
                "/runs",
                "{'jobKey':'long','dueAt':'2999-01-01T00:00:00Z','expiresAt':'2999-01-01T00:00:01Z'}")
            .then()
            .statusCode(201)
            .body("expiresAt", equalTo("2999-01-01T00:00:01Z"))
            .extract()
            .path("id");

    api.get("/runs/" + run).then().body("expiresAt", equalTo("2999-01-01T00:00:01Z"));
    assertEquals(1, rows.number("select count(*) from expiries where run_id = ?", run));
  }

  @ParameterizedTest
  @CsvSource({
    "'2999-01-01T00:00:00Z', '2999-01-01T00:00:00Z'",
    "'2999-01-01T00:00:00Z', '2998-01-01T00:00:00Z'",
    ", '2020-01-01T00:00:00Z'",
    "'2019-01-01T00:00:00Z', '2020-01-01T00:00:00Z'"
  })
  void refusesARunThatWouldExpireBeforeItIsDue(String due, String expires) {
    String dueAt = due == null ? "" : "'dueAt':'" + due + "',";

    api.post("/runs", "{'jobKey':'j'," + dueAt + "'expiresAt':'" + expires + "'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/expiresAt"));
  }

  private void schedule(String policy) {
    created("{'key':'s','jobKey':'long','overlapPolicy':'" + policy + "','trigger':" + FAR + "}");
  }

  private String trigger(String body) {
    return api.post("/schedules/s/trigger", body).then().statusCode(202).extract().path("id");
  }

  private void cancel(String run) {
    api.post("/runs/" + run + "/cancel");
    awaitState(run, "CANCELED");
  }

  private void awaitState(String run, String state) {
    await("run " + run + " " + state)
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(30))
        .until(() -> state.equals(api.get("/runs/" + run).path("state")));
  }
}
