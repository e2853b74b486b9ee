package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.catalog.RunWaits;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that has not ended: waited for, moved, and its place in line. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RunWaitsAndEditsTest {

  private static final String FAR = "2998-01-01T00:00:00Z";
  private static final String FARTHER = "2998-06-01T00:00:00Z";

  @Inject Rows rows;
  @Inject RunWaits waits;
  @Inject InstantSource clock;

  private final Api api = Api.ofNewTenant();
  private final String queue = "q-" + api.tenant();

  @BeforeEach
  void declareAJobThatNobodyServes() {
    api.post("/jobs", "{'key':'j','priority':1,'queue':'" + queue + "'}").then().statusCode(201);
  }

  @Test
  void answersAsSoonAsTheRunHasEnded() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    CompletableFuture<Response> answer = inBackground("/runs/" + id + "?wait=PT30S");
    Awaitility.await().until(() -> waits.count() > 0);
    assertFalse(answer.isDone());

    api.post("/runs/" + id + "/cancel").then().statusCode(200);

    answer
        .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
        .join()
        .then()
        .statusCode(200)
        .body("state", equalTo("CANCELED"))
        .body("attempts[0].outcome", equalTo("CANCELED"));
    Awaitility.await().until(() -> waits.count() == 0);
  }

  @Test
  void answersWithTheRunAsItIsWhenTheWaitIsOverOrThereIsNothingToWaitFor() {
    String living = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    String ended = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    api.post("/runs/" + ended + "/cancel");

    api.get("/runs/" + living + "?wait=PT0.3S")
        .then()
        .statusCode(200)
        .body("state", equalTo("SCHEDULED"));
    api.get("/runs/" + ended + "?wait=PT60S")
        .then()
        .statusCode(200)
        .body("state", equalTo("CANCELED"));
    api.get("/runs/" + UUID.randomUUID() + "?wait=PT60S").then().statusCode(404);
    Api.ofNewTenant().get("/runs/" + living + "?wait=PT60S").then().statusCode(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT61S", "P1D", "-PT1S", "30", "soon", ""})
  void refusesAWaitThatIsTooLongOrNone(String wait) {
    String id = run("{'jobKey':'j'}");

    api.get("/runs/" + id + "?wait=" + wait)
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("?wait"));
  }

  @Test
  void forgetsAClientThatHasGone() throws Exception {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      String request =
          "GET /runs/"
              + id
              + "?wait=PT60S HTTP/1.1\r\nHost: localhost:"
              + RestAssured.port
              + "\r\nX-Tenant-Id: "
              + api.tenant()
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      Awaitility.await().until(() -> waits.count() == 1);
    }

    Awaitility.await().until(() -> waits.count() == 0);
  }

  @Test
  void movesARunAndItsPriority() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");

    api.patch("/runs/" + id, "{'dueAt':'" + FARTHER + "'}")
        .then()
        .statusCode(200)
        .body("dueAt", equalTo(FARTHER))
        .body("priority", equalTo(1))
        .body("state", equalTo("SCHEDULED"));
    api.patch("/runs/" + id, "{'priority':4}")
        .then()
        .statusCode(200)
        .body("dueAt", equalTo(FARTHER))
        .body("priority", equalTo(4));
    api.patch("/runs/" + id, "{'priority':null}").then().body("priority", equalTo(1));
    assertEquals(
        List.of("true 1"),
        rows.texts(
            "select (q.due_at = r.due_at) || ' ' || q.priority from queue q join runs r on r.id = q.id where q.id = ?",
            UUID.fromString(id)));
  }

  @Test
  void losesNoUpdateOfARunThatSomebodyElseMoved() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    String read = api.get("/runs/" + id).header("ETag");

    String moved = ifMatch(id, read, "{'dueAt':'" + FARTHER + "'}").header("ETag");

    ifMatch(id, read, "{'priority':0}")
        .then()
        .statusCode(412)
        .body("type", equalTo("urn:carillon:problem:lost-update"))
        .body("detail", containsString("due at " + FARTHER));
    assertEquals(moved, api.get("/runs/" + id).header("ETag"));
    ifMatch(id, moved, "{'priority':0}").then().statusCode(200);
    ifMatch(id, "*", "{'priority':3}").then().statusCode(200).body("priority", equalTo(3));
    api.post("/runs/" + id + "/cancel");
    // What could not be done anyway is said before what was not seen.
    ifMatch(id, read, "{'priority':0}").then().statusCode(409);
  }

  private Response ifMatch(String id, String tag, String patch) {
    return api.request()
        .header("If-Match", tag)
        .contentType("application/merge-patch+json")
        .body(Api.quoted(patch))
        .patch("/runs/" + id);
  }

  @Test
  void keepsAFireWhereItWasMovedWhateverBecomesOfItsSchedule() {
    api.post(
            "/schedules",
            "{'key':'s','jobKey':'j','timezone':'UTC','trigger':{'type':'CRON','expression':'0 9 1 1 *'}}")
        .then()
        .statusCode(201);
    String schedule = api.get("/schedules/s").path("id");
    Instant soon =
        clock.instant().plusSeconds(600).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    String stays = rows.plan(api, schedule, soon.plusSeconds(1));
    String urgent = rows.plan(api, schedule, soon.plusSeconds(2));
    String next = rows.plan(api, schedule, soon.plusSeconds(3));
    api.patch("/runs/" + stays, "{'dueAt':'" + FAR + "'}").then().statusCode(200);
    api.patch("/runs/" + urgent, "{'priority':0}").then().statusCode(200);
    // What was moved is no longer what the schedule does next.
    api.get("/schedules/s").then().body("nextFireAt", equalTo(soon.plusSeconds(2).toString()));

    api.patch("/schedules/s", "{'name':'n'}").then().statusCode(200);

    api.get("/runs/" + stays).then().statusCode(200).body("dueAt", equalTo(FAR));
    api.get("/runs/" + urgent).then().statusCode(404);
    api.get("/runs/" + next).then().statusCode(404);
    // Back to the earliest that was withdrawn, not to the one that was moved.
    assertEquals(
        soon.plusSeconds(2),
        rows.instant("select next_fire_at from clock where schedule_id = ?", schedule));
    api.post("/schedules/s/disable").then().statusCode(200);
    api.delete("/schedules/s").then().statusCode(204);
    api.get("/runs/" + stays).then().statusCode(200).body("state", equalTo("SCHEDULED"));
  }

  @Test
  void takesAPastInstantForNow() {
    Instant before = clock.instant();
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");

    Response moved = api.patch("/runs/" + id, "{'dueAt':'2001-01-01T00:00:00Z'}");

    moved.then().statusCode(200).body("state", equalTo("QUEUED"));
    assertTrue(!Instant.parse(moved.path("dueAt")).isBefore(before));
    api.patch("/runs/" + id, "{'dueAt':'" + FAR + "'}")
        .then()
        .statusCode(409)
        .body("type", equalTo("urn:carillon:problem:wrong-state"));
  }

  @Test
  void startsAtOnceWhatIsMovedToNow() {
    api.post(
        "/jobs",
        "{'key':'served','target':{'type':'HANDLER','name':'nobody-has-this'},"
            + "'retry':{'maxAttempts':1}}");
    String id = run("{'jobKey':'served','dueAt':'" + FAR + "'}");

    api.patch("/runs/" + id, "{'dueAt':null}").then().statusCode(200);

    api.get("/runs/" + id + "?wait=PT20S").then().body("attempts[0].number", equalTo(1));
  }

  @Test
  void movesARunThatIsHeldForOthers() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    rows.execute(
        "update queue set held_by = 'overlap', overlap = 'SKIP', held_due = due_at, due_at = 'infinity', priority = 2"
            + " where id = ?",
        UUID.fromString(id));

    api.patch("/runs/" + id, "{'dueAt':'" + FARTHER + "','priority':2}")
        .then()
        .statusCode(200)
        .body("state", equalTo("SCHEDULED"))
        .body("dueAt", equalTo(FARTHER));

    // What stood one behind its priority still does.
    assertEquals(
        List.of("overlap infinity true 3"),
        rows.texts(
            "select held_by || ' ' || due_at || ' ' || (held_due = '"
                + FARTHER
                + "') || ' ' || priority from queue where id = ?",
            UUID.fromString(id)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'due':'2998-01-01T00:00:00Z'}       | 422 | /due
          {'params':{}}                        | 422 | /params
          {'state':null}                       | 422 | /state
          {'dueAt':'tomorrow'}                 | 422 | /dueAt
          {'dueAt':'2999-01-01T00:00:00Z'}     | 422 | /dueAt
          {'priority':7}                       | 422 | /priority
          {'dueAt':5}                          | 400 | /dueAt
          """)
  void refusesAnEditThatIsWrong(String patch, int status, String pointer) {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "','expiresAt':'2999-01-01T00:00:00Z'}");

    api.patch("/runs/" + id, patch)
        .then()
        .statusCode(status)
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void refusesToEditWhatIsNotScheduled() {
    String queued = run("{'jobKey':'j'}");
    String ended = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    api.post("/runs/" + ended + "/cancel");

    api.patch("/runs/" + queued, "{'priority':1}").then().statusCode(409);
    api.patch("/runs/" + ended, "{'priority':1}")
        .then()
        .statusCode(409)
        .body("detail", containsString("is CANCELED"));
    api.patch("/runs/" + UUID.randomUUID(), "{}").then().statusCode(404);
    Api.ofNewTenant().patch("/runs/" + queued, "{}").then().statusCode(404);
  }

  private CompletableFuture<Response> inBackground(String path) {
    return CompletableFuture.supplyAsync(() -> api.get(path));
  }

  private String run(String body) {
    Response made = api.post("/runs", body);
    made.then().statusCode(201);
    return made.path("id");
  }
}
