package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventFeed;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RunResourceTest {

  private static final String FAR = "2998-01-01T00:00:00Z";

  @Inject InstantSource clock;
  @Inject Rows rows;
  @Inject EventFeed feed;

  private final Api api = Api.ofNewTenant();

  @BeforeEach
  void declareAJob() {
    api.withJob("j");
  }

  @Test
  void makesARunOfAJob() {
    api.post("/jobs", "{'key':'k','params':{'a':1,'b':1},'priority':1,'retry':{'maxAttempts':7}}");

    String id =
        api.request()
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .contentType("application/json")
            .body(
                Api.quoted(
                    """
                    {'jobKey':'k','dueAt':'2998-01-01T01:00:00+01:00','params':{'b':2.50},
                     'scope':{'customer':'4711'},'dedupeKey':'d'}
                    """))
            .post("/runs")
            .then()
            .statusCode(201)
            .header("Location", matchesPattern(".*/runs/[0-9a-f-]{36}"))
            .body("jobKey", equalTo("k"))
            .body("tenant", equalTo(api.tenant()))
            .body("state", equalTo("SCHEDULED"))
            .body("dueAt", equalTo(FAR))
            .body("params.a", equalTo(1))
            .body("params.b", equalTo(2.5f))
            .body("scope.customer", equalTo("4711"))
            .body("priority", equalTo(1))
            .body("maxAttempts", equalTo(7))
            .body("attempt", equalTo(0))
            .body("generation", equalTo(1))
            .body("deduplicated", equalTo(false))
            .body("attempts", hasSize(0))
            .body("traceId", equalTo("0af7651916cd43dd8448eb211c80319c"))
            .extract()
            .path("id");

    api.get("/runs/" + id)
        .then()
        .statusCode(200)
        .body("id", equalTo(id))
        .body("deduplicated", nullValue());
    api.get("/jobs/k").then().body("status", equalTo("ACTIVE"));
  }

  @Test
  void makesARunWithItsOwnTarget() {
    api.post(
            "/runs", "{'target':{'type':'HTTP','url':'http://127.0.0.1:9/'},'dueAt':'" + FAR + "'}")
        .then()
        .statusCode(201)
        .body("jobKey", nullValue())
        .body("target.method", equalTo("POST"))
        .body("maxAttempts", equalTo(5));
  }

  @Test
  void takesAPastInstantForNow() {
    api.post("/jobs", "{'key':'k','queue':'nobody-serves-this'}");
    Instant before = clock.instant();

    Response run = api.post("/runs", "{'jobKey':'k','dueAt':'2001-01-01T00:00:00Z'}");

    run.then().statusCode(201);
    assertTrue(!Instant.parse(run.path("dueAt")).isBefore(before));
  }

  @Test
  void givesTheFirstRunForAKnownDedupeKey() {
    String first = run("{'jobKey':'j','dedupeKey':'d','dueAt':'" + FAR + "'}");

    api.post("/runs", "{'jobKey':'j','dedupeKey':'d','params':{'other':1}}")
        .then()
        .statusCode(200)
        .header("Location", matchesPattern(".*/runs/" + first))
        .body("id", equalTo(first))
        .body("deduplicated", equalTo(true));
    // Another tenant's key is another key.
    Api other = Api.ofNewTenant().withJob("j");
    other
        .post("/runs", "{'jobKey':'j','dedupeKey':'d','dueAt':'" + FAR + "'}")
        .then()
        .statusCode(201);
  }

  @Test
  void makesOneRunOfFiftyRacersWithTheSameDedupeKey() {
    String body = "{'jobKey':'j','dedupeKey':'race','dueAt':'" + FAR + "'}";

    List<Response> answers = Racers.race(50, () -> api.post("/runs", body));

    Set<String> ids = answers.stream().map(a -> a.<String>path("id")).collect(Collectors.toSet());
    assertEquals(1, ids.size());
    assertEquals(1, answers.stream().filter(answer -> answer.statusCode() == 201).count());
    assertEquals(49, answers.stream().filter(answer -> answer.statusCode() == 200).count());
    api.get("/runs").then().body("items", hasSize(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                         | 422 | /jobKey
          {'jobKey':'nobody'}                                        | 422 | /jobKey
          {'jobKey':'j','target':{'type':'HANDLER','name':'x'}}      | 422 | /jobKey
          {'jobKey':'j','dueAt':'tomorrow'}                          | 422 | /dueAt
          {'jobKey':'j','dueAt':'2026-02-30T00:00:00Z'}              | 422 | /dueAt
          {'jobKey':'j','dueAt':'2026-01-01T00:00:00'}               | 422 | /dueAt
          {'jobKey':'j','dueAt':1767225600}                          | 400 | /dueAt
          {'jobKey':'j','expiresAt':'2020-01-01T00:00:00Z'}          | 422 | /expiresAt
          {'jobKey':'j','priority':5}                                | 422 | /priority
          {'jobKey':'j','dedupeKey':''}                              | 422 | /dedupeKey
          {'jobKey':'j','scope':{'a':1}}                             | 400 | /scope/a
          {'jobKey':'j','scope':[]}                                  | 400 | /scope
          {'jobKey':'j','params':'x'}                                | 400 | /params
          {'jobKey':'j','groupId':'g'}                               | 422 | /groupId
          {'jobKey':'j','state':'SUCCEEDED'}                         | 422 | /state
          {'jobKey':'j','jobkey':'j'}                                | 422 | /jobkey
          {'target':{'type':'HANDLER'}}                              | 422 | /target/name
          """)
  void refusesWhatIsWrongByItsPlace(String body, int status, String pointer) {
    api.post("/runs", body)
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void refusesWhatIsTooMuch() {
    String entry = "'%d':'x'";
    StringBuilder scope = new StringBuilder(entry.formatted(0));
    for (int i = 1; i < 33; i++) {
      scope.append(',').append(entry.formatted(i));
    }

    api.post("/runs", "{'jobKey':'j','scope':{" + scope + "}}").then().statusCode(422);
    api.post("/runs", "{'jobKey':'j','scope':{'a':'" + "x".repeat(257) + "'}}")
        .then()
        .statusCode(422);
    api.post("/runs", "{'jobKey':'j','dedupeKey':'" + "x".repeat(257) + "'}")
        .then()
        .statusCode(422);
    String half = "y".repeat(150 * 1024);
    api.post("/jobs", "{'key':'k','params':{'a':'" + half + "'}}").then().statusCode(201);
    api.post("/runs", "{'jobKey':'k','params':{'b':'" + half + "'}}")
        .then()
        .statusCode(413)
        .body("errors[0].pointer", equalTo("/params"));
  }

  @Test
  void showsARunThatIsRunning() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    rows.claim(id);

    api.get("/runs/" + id)
        .then()
        .body("state", equalTo("RUNNING"))
        .body("attempt", equalTo(1))
        .body("lockedBy", notNullValue())
        .body("lockedAt", notNullValue())
        .body("startedAt", notNullValue())
        .body("finishedAt", nullValue());
    api.get("/runs?state=RUNNING").then().body("items.id", equalTo(List.of(id)));
    api.get("/runs?state=SCHEDULED").then().body("items", hasSize(0));
  }

  @Test
  void showsWhenARunThatWaitsForARetryGoesOn() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    UUID run = UUID.fromString(id);
    rows.execute("update runs set due_at = now() - interval '1 hour' where id = ?", run);
    rows.execute(
        "update queue set state = 'RETRY_SCHEDULED', attempt = 1, due_at = '2997-01-01T00:00:00Z' where id = ?",
        run);

    api.get("/runs/" + id)
        .then()
        .body("state", equalTo("RETRY_SCHEDULED"))
        .body("dueAt", equalTo("2997-01-01T00:00:00Z"))
        .body("queuedAt", nullValue());
  }

  @Test
  void showsARunThatHasEndedWithItsAttempts() {
    String id = run("{'jobKey':'j','params':{'a':2.5},'dueAt':'" + FAR + "'}");
    rows.claim(id);
    rows.end(id, "SUCCEEDED", "SUCCEEDED");

    api.get("/runs/" + id)
        .then()
        .body("state", equalTo("SUCCEEDED"))
        .body("lockedBy", nullValue())
        .body("output.n", equalTo(1))
        .body("durationMs", equalTo(2000))
        .body("attempts", hasSize(1))
        .body("attempts[0].number", equalTo(1))
        .body("attempts[0].params.a", equalTo(2.5f))
        .body("attempts[0].outcome", equalTo("SUCCEEDED"))
        .body("attempts[0].startedAt", matchesPattern(".*Z"))
        .body("attempts[0].durationMs", equalTo(2000));
    api.get("/runs?state=SUCCEEDED").then().body("items.id", equalTo(List.of(id)));
  }

  @Test
  void showsWhyARunFailed() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    rows.claim(id);
    rows.end(id, "TIMED_OUT", "DEAD");

    api.get("/runs/" + id)
        .then()
        .body("state", equalTo("DEAD"))
        .body("error.class", equalTo("E"))
        .body("attempts[0].error.message", equalTo("m"));
    api.get("/runs?state=DEAD").then().body("items.id", equalTo(List.of(id)));
    api.get("/runs?state=FAILED").then().body("items", hasSize(0));
  }

  @Test
  void listsByFilterNewestFirst() {
    api.withJob("k");
    String first = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    String second = run("{'jobKey':'k','dueAt':'2998-02-01T00:00:00Z'}");
    String third = run("{'jobKey':'j','dueAt':'2998-03-01T00:00:00Z'}");

    assertEquals(List.of(third, second, first), Pages.walk(api, "/runs?limit=1", "id"));
    assertEquals(List.of(third, first), Pages.walk(api, "/runs?jobKey=j&limit=1", "id"));
    assertEquals(
        List.of(third, first), Pages.walk(api, "/runs?jobKey=j&state=SCHEDULED&limit=1", "id"));
    assertEquals(List.of(second), Pages.walk(api, "/runs?jobKey=k", "id"));
    assertEquals(List.of(), Pages.walk(api, "/runs?jobKey=nobody", "id"));
    assertEquals(
        List.of(second, first), Pages.walk(api, "/runs?dueTo=2998-03-01T00:00:00Z&limit=1", "id"));
    assertEquals(
        List.of(second),
        Pages.walk(api, "/runs?dueFrom=2998-02-01T00:00:00Z&dueTo=2998-03-01T00:00:00Z", "id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=ten",
        "limit=1&limit=2",
        "after=nonsense",
        "state=DONE",
        "scheduleId=x",
        "dueFrom=yesterday",
        "jobKey=",
        "colour=red"
      })
  void refusesAWrongQueryParameterByName(String query) {
    String name = query.substring(0, query.indexOf('='));

    api.request()
        .urlEncodingEnabled(false)
        .get("/runs?" + query)
        .then()
        .statusCode(422)
        .body("type", equalTo("urn:carillon:problem:validation"))
        .body("errors.pointer", hasItem("?" + name));
  }

  @Test
  void cancelsARunThatNobodyHas() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    Told told = Told.of(api, feed);

    api.post("/runs/" + id + "/cancel")
        .then()
        .statusCode(200)
        .body("state", equalTo("CANCELED"))
        .body("finishedAt", notNullValue())
        .body("startedAt", nullValue())
        .body("attempts", hasSize(1))
        .body("attempts[0].number", equalTo(1))
        .body("attempts[0].outcome", equalTo("CANCELED"));
    api.post("/runs/" + id + "/cancel", "{}").then().statusCode(409);
    api.get("/runs?state=CANCELED").then().body("items.id", equalTo(List.of(id)));
    assertEquals(List.of("scheduler.run.canceled 17"), told.await("scheduler.run", 1));
  }

  @Test
  void asksTheWorkerOfARunningRun() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    rows.claim(id);

    api.post("/runs/" + id + "/cancel").then().statusCode(202).body("state", equalTo("RUNNING"));
    assertEquals(
        1, rows.number("select count(*) from queue where cancel_requested and id = ?", id));
  }

  @Test
  void refusesToCancelWhatHasEnded() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    rows.claim(id);
    rows.end(id, "SUCCEEDED", "SUCCEEDED");

    api.post("/runs/" + id + "/cancel")
        .then()
        .statusCode(409)
        .body("type", equalTo("urn:carillon:problem:wrong-state"));
  }

  @Test
  void rearmsAFixedDelayWhoseRunIsCancelled() {
    String schedule =
        api.post("/schedules", "{'jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'P1D'}}")
            .path("id");
    String next = api.get("/schedules/" + schedule).path("nextFireAt");
    String id = rows.plan(api, schedule, Instant.parse(next));
    rows.await(schedule, id);

    api.post("/runs/" + id + "/cancel").then().statusCode(200);

    api.get("/schedules/" + schedule).then().body("nextFireAt", not(equalTo(next)));
    assertEquals(
        0, rows.number("select count(awaited_run) from clock where schedule_id = ?", schedule));
  }

  @Test
  void knowsOnlyTheTenantsOwn() {
    String id = run("{'jobKey':'j','dueAt':'" + FAR + "'}");
    Api other = Api.ofNewTenant().withJob("k");

    other.get("/runs/" + id).then().statusCode(404);
    other.post("/runs/" + id + "/cancel").then().statusCode(404);
    other.get("/runs").then().body("items", hasSize(0));
    other.get("/runs?jobKey=j").then().body("items", hasSize(0));
    other.get("/runs?state=SCHEDULED").then().body("items", hasSize(0));
    other.post("/runs", "{'jobKey':'j'}").then().statusCode(422);
    api.get("/runs/" + id).then().body("state", equalTo("SCHEDULED"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "1-1-1-1-1", "019a0000-0000-7000-8000-000000000001", "%00"})
  void answersNotFoundForWhatIsNotThere(String id) {
    api.request().urlEncodingEnabled(false).get("/runs/" + id).then().statusCode(404);
    api.request()
        .urlEncodingEnabled(false)
        .contentType("application/json")
        .post("/runs/" + id + "/cancel")
        .then()
        .statusCode(404);
  }

  private String run(String body) {
    return api.post("/runs", body).then().statusCode(201).extract().path("id");
  }
}
