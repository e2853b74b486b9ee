package dev.carillon.rest;

import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator does with runs that ended, one by one and many at once. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RunRevivalTest {

  @Inject Rows rows;
  @Inject EventFeed feed;

  private final Api api = Api.ofNewTenant();

  @BeforeEach
  void declareAJobThatNobodyServes() {
    api.post("/jobs", "{'key':'j','queue':'nobody'}").then().statusCode(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "DEAD", "CANCELED"})
  void retriesTheSameRun(String state) {
    String id = ended(state);
    Told told = Told.of(api, feed);
    rows.execute(
        "update runs set concurrency_key = 'customer-7' where id = ?", UUID.fromString(id));

    api.post("/runs/" + id + "/retry")
        .then()
        .statusCode(200)
        .body("id", equalTo(id))
        .body("state", equalTo("QUEUED"))
        .body("generation", equalTo(2))
        .body("attempt", equalTo(1))
        .body("concurrencyKey", equalTo("customer-7"))
        .body("attempts", hasSize(1));

    EventMessage event = told.messages("scheduler.run.retried", 1).get(0);
    assertEquals(20, event.sequence());
    assertEquals("QUEUED", event.data().getString("state"));
    assertEquals(2, event.data().getInteger("generation"));
    api.get("/runs?state=" + state).then().body("items", hasSize(0));
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCEEDED, retry",
    "MISSED, retry",
    "SKIPPED, retry",
    "SUCCEEDED, discard",
    "CANCELED, discard"
  })
  void refusesWhatEndedOtherwiseAndSaysHow(String state, String action) {
    String id = ended(state);

    api.post("/runs/" + id + "/" + action)
        .then()
        .statusCode(409)
        .body("type", equalTo("urn:carillon:problem:wrong-state"))
        .body("detail", containsString(id + " is " + state));
  }

  @Test
  void refusesWhatLivesOrIsNotThere() {
    String id = far("j");

    for (String action : List.of("retry", "discard")) {
      api.post("/runs/" + id + "/" + action)
          .then()
          .statusCode(409)
          .body("detail", containsString("is SCHEDULED"));
      api.post("/runs/" + UUID.randomUUID() + "/" + action).then().statusCode(404);
      api.post("/runs/x/" + action).then().statusCode(404);
      api.post("/runs/" + id + "/" + action, "{'force':true}").then().statusCode(422);
      Api.ofNewTenant().post("/runs/" + ended("DEAD") + "/" + action).then().statusCode(404);
    }
  }

  @Test
  void letsOneOfManyOperatorsRetry() {
    String id = ended("DEAD");

    List<Response> answers = Racers.race(8, () -> api.post("/runs/" + id + "/retry"));

    assertEquals(1, answers.stream().filter(answer -> answer.statusCode() == 200).count());
    assertEquals(7, answers.stream().filter(answer -> answer.statusCode() == 409).count());
    api.get("/runs/" + id).then().body("generation", equalTo(2));
  }

  @Test
  void retriesNowWhatWasCancelledBeforeItsTimeAndThoughItsJobIsArchived() {
    String id = api.post("/runs", "{'jobKey':'j','dueAt':'2998-01-01T00:00:00Z'}").path("id");
    api.post("/runs/" + id + "/cancel").then().statusCode(200);
    api.post("/jobs/j/archive").then().statusCode(200);

    Response retried = api.post("/runs/" + id + "/retry");

    retried.then().statusCode(200).body("state", equalTo("QUEUED"));
    assertTrue(
        Instant.parse(retried.path("dueAt")).isBefore(Instant.parse("2998-01-01T00:00:00Z")));
  }

  @Test
  void letsARetriedRunWaitForTheOthersOfItsSchedule() {
    String schedule =
        api.post(
                "/schedules",
                "{'jobKey':'j','trigger':{'type':'ONE_SHOT','at':'2998-01-01T00:00:00Z'},"
                    + "'overlapPolicy':'SKIP'}")
            .path("id");
    String id = api.post("/schedules/" + schedule + "/trigger").path("id");
    rows.claim(id);
    rows.end(id, "FAILED", "DEAD");
    String living = api.post("/schedules/" + schedule + "/trigger").path("id");

    api.post("/runs/" + id + "/retry")
        .then()
        .statusCode(200)
        .body("state", equalTo("QUEUED"))
        .body("heldBy", equalTo("overlap"));

    assertEquals(
        List.of("BUFFER_ALL true"),
        rows.texts("select overlap || ' ' || wanted from queue where id = ?", UUID.fromString(id)));
    // It has its turn once the other has ended.
    api.post("/runs/" + living + "/cancel").then().statusCode(200);
    org.awaitility.Awaitility.await().until(() -> api.get("/runs/" + id).path("heldBy") == null);
  }

  @Test
  void leavesTheClockOfAFixedDelayAlone() {
    String schedule =
        api.post("/schedules", "{'jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'P1D'}}")
            .path("id");
    String next = api.get("/schedules/" + schedule).path("nextFireAt");
    String id = api.post("/schedules/" + schedule + "/trigger").path("id");
    rows.claim(id);
    rows.end(id, "FAILED", "FAILED");

    api.post("/runs/" + id + "/retry").then().statusCode(200);
    // A worker may have it already.
    api.post("/runs/" + id + "/cancel").then().statusCode(anyOf(is(200), is(202)));

    api.get("/schedules/" + schedule).then().body("nextFireAt", equalTo(next));
  }

  @Test
  void countsARetriedRunOfAGroupAsAliveAgain() {
    UUID group = UUID.randomUUID();
    rows.execute(
        """
        insert into groups (id, tenant_id, mode, on_failure, status, dead, created_at, updated_at)
        values (?, ?, 'PARALLEL', 'CONTINUE', 'PARTIAL', 2, now(), now())
        """,
        group,
        api.tenant());
    String retried = ended("DEAD");
    String discarded = ended("DEAD");
    for (String id : List.of(retried, discarded)) {
      rows.execute(
          "update runs set group_id = ?, position = 3 where id = ?", group, UUID.fromString(id));
    }

    rows.execute("update groups set updated_at = now() + interval '1 hour' where id = ?", group);
    Told told = Told.of(api, feed);
    api.post("/runs/" + discarded + "/discard").then().statusCode(200);
    EventMessage event = told.messages("scheduler.group.updated", 1).get(0);
    assertEquals(1, event.data().getJsonObject("counts").getInteger("canceled"));
    assertEquals(2, event.data().getInteger("version"));
    assertEquals(
        List.of("true"),
        rows.texts("select (updated_at > now())::text from groups where id = ?", group));
    // Its end is not counted yet where it is retried at once: that is no less than none.
    rows.execute("update groups set dead = 0 where id = ?", group);
    api.post("/runs/" + retried + "/retry")
        .then()
        .statusCode(200)
        .body("state", equalTo("PENDING"))
        .body("heldBy", equalTo("group"))
        .body("groupId", equalTo(group.toString()));

    assertEquals(
        List.of("RUNNING 1 -1 1"),
        rows.texts(
            "select status || ' ' || open || ' ' || dead || ' ' || canceled from groups where id = ?",
            group));
    assertEquals(
        0,
        told.messages("scheduler.group.retried", 1)
            .get(0)
            .data()
            .getJsonObject("counts")
            .getInteger("dead"));
    api.get("/groups/" + group).then().body("counts.dead", equalTo(0));
    api.get("/runs?groupId=" + group).then().body("items", hasSize(2));
    // The group lets it go by and by, and a worker takes it.
    api.post("/runs/" + retried + "/cancel").then().statusCode(anyOf(is(200), is(202)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "DEAD"})
  void discardsOnceAndForAll(String state) {
    String id = ended(state);
    Told told = Told.of(api, feed);

    api.post("/runs/" + id + "/discard")
        .then()
        .statusCode(200)
        .body("state", equalTo("CANCELED"))
        .body("generation", equalTo(2))
        .body("attempt", equalTo(2))
        .body("attempts[1].outcome", equalTo("CANCELED"))
        .body("attempts[1].startedAt", nullValue());

    assertEquals(List.of("scheduler.run.canceled 27"), told.await("scheduler.run", 1));
    api.get("/runs?state=" + state).then().body("items", hasSize(0));
    api.post("/runs/" + id + "/discard").then().statusCode(409);
    api.post("/runs/" + id + "/retry").then().statusCode(200).body("generation", equalTo(3));
  }

  @Test
  void retriesWhatFitsAndNothingElse() {
    api.post("/jobs", "{'key':'k','queue':'nobody'}");
    String dead = ended("DEAD");
    String failed = ended("FAILED");
    String other = ended("DEAD", "k");

    bulk("retry", "{'jobKey':'j','dryRun':true}")
        .then()
        .statusCode(202)
        .body("matched", equalTo(1))
        .body("more", nullValue());
    api.get("/runs?state=DEAD").then().body("items", hasSize(2));

    bulk("retry", "{'jobKey':'j'}").then().statusCode(202).body("matched", equalTo(1));
    bulk("discard", "{'state':'FAILED'}").then().statusCode(202).body("matched", equalTo(1));

    api.get("/runs/" + dead).then().body("generation", equalTo(2));
    assertEquals("CANCELED", state(failed));
    assertEquals("DEAD", state(other));
    bulk("retry", "{'jobKey':'j'}").then().body("matched", equalTo(0));
    bulk("retry", "{'state':'CANCELED'}").then().body("matched", equalTo(1));
    bulk("retry", "{'state':'DEAD','dueTo':'2020-01-01T00:00:00Z'}")
        .then()
        .body("matched", equalTo(0));
  }

  @Test
  void answersABulkRetryOnceByItsKey() {
    ended("DEAD");
    Response first = withKey();
    ended("DEAD");

    Response again = withKey();

    first.then().statusCode(202).body("matched", equalTo(1));
    again.then().statusCode(202).header("Idempotency-Replayed", "true").body("matched", equalTo(1));
    api.get("/runs?state=DEAD").then().body("items", hasSize(1));
  }

  private Response bulk(String action, String body) {
    // As most clients write it: the colon stands for itself.
    return api.request()
        .urlEncodingEnabled(false)
        .contentType("application/json")
        .body(Api.quoted(body))
        .post("/runs:" + action);
  }

  private Response withKey() {
    return api.request()
        .header("Idempotency-Key", "all-dead")
        .contentType("application/json")
        .body("{\"state\":\"DEAD\"}")
        .post("/runs:retry");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /runs:retry   | {}                                      | /state
          /runs:retry   | {'dryRun':true}                         | /state
          /runs:retry   | {'state':'SUCCEEDED'}                   | /state
          /runs:discard | {'state':'CANCELED'}                    | /state
          /runs:retry   | {'state':'DEAD','label':'x'}            | /label
          /runs:retry   | {'jobKey':'nobody'}                     | /jobKey
          /runs:retry   | {'groupId':'g'}                         | /groupId
          /runs:discard | {'scheduleId':'daily'}                  | /scheduleId
          /runs:discard | {'dueFrom':'2026-01-02T00:00:00Z','dueTo':'2026-01-01T00:00:00Z'} | /dueTo
          """)
  void refusesABulkThatSaysWrongOrNothing(String path, String body, String pointer) {
    api.post(path, body).then().statusCode(422).body("errors[0].pointer", equalTo(pointer));
  }

  private String ended(String state) {
    return ended(state, "j");
  }

  private String ended(String state, String job) {
    String id = far(job);
    rows.claim(id);
    rows.end(id, "DEAD".equals(state) ? "FAILED" : state, state);
    return id;
  }

  /** Nobody claims it meanwhile. */
  private String far(String job) {
    return api.post("/runs", "{'jobKey':'" + job + "','dueAt':'2998-01-01T00:00:00Z'}").path("id");
  }

  private String state(String id) {
    return api.get("/runs/" + id).path("state");
  }
}
