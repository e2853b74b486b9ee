package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a schedule may choose, and what is done to it by hand. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleLifecycleTest extends ScheduleFixture {

  private static final String BODY =
      "{'jobKey':'j','timezone':'UTC','trigger':{'type':'CRON','expression':'0 9 1 1 *'}}";

  private Response put(String key, String body) {
    return api.request()
        .contentType(ContentType.JSON)
        .body(Api.quoted(body))
        .put("/schedules/by-key/" + key);
  }

  // ── by key

  @Test
  void createsByKeyOnceAndLeavesAloneWhatIsSoAlready() {
    String id =
        put("s", BODY).then().statusCode(201).body("key", equalTo("s")).extract().path("id");
    long revision = revision("s");

    put("s", BODY).then().statusCode(200).body("id", equalTo(id)).body("version", equalTo(1));

    assertEquals(revision, revision("s"));
    assertEquals(List.of("scheduler.schedule.created 11"), told.await("scheduler.schedule.", 1));
  }

  @Test
  void replacesTheWholeByKey() {
    put("s", BODY.replace("{'jobKey'", "{'name':'n','jitter':'PT5M','jobKey'"))
        .then()
        .statusCode(201);

    put("s", BODY.replace("0 9 1 1 *", "0 10 1 1 *"))
        .then()
        .statusCode(200)
        .body("version", equalTo(2))
        .body("name", nullValue())
        .body("jitter", nullValue())
        .body("nextFireAt", containsString("T10:00:00Z"));
  }

  /** Who declares its schedules at each start must not undo what an operator has switched. */
  @Test
  void leavesTheSwitchAndTheNoteToWhoeverSetThem() {
    put("s", BODY).then().statusCode(201);
    api.post("/schedules/s/disable").then().statusCode(200);

    put("s", BODY)
        .then()
        .statusCode(200)
        .body("enabled", equalTo(false))
        .body("version", equalTo(2));
    put("s", BODY.replace("{'jobKey'", "{'enabled':true,'jobKey'"))
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"));
    api.post("/schedules/s/pause", "{'note':'moving house'}").then().statusCode(200);
    put("s", BODY)
        .then()
        .statusCode(200)
        .body("status", equalTo("PAUSED"))
        .body("note", equalTo("moving house"));
  }

  @Test
  void makesOneOfManyDeclaredAtOnce() {
    ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();

    Racers.race(
        8,
        () -> {
          Response response = put("s", BODY);
          statuses.add(response.statusCode());
          return response;
        });

    assertEquals(1, statuses.stream().filter(status -> status == 201).count());
    assertEquals(7, statuses.stream().filter(status -> status == 200).count());
    api.get("/schedules/s").then().body("version", equalTo(1));
  }

  @Test
  void refusesAnotherKeyThanThatOfThePath() {
    put("s", BODY.replace("{'jobKey'", "{'key':'t','jobKey'"))
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/key"));
    put("no key!", BODY).then().statusCode(422).body("errors[0].pointer", equalTo("/key"));
    put("s", "{'jobKey':'j'}").then().statusCode(422).body("errors.pointer", hasItem("/trigger"));
  }

  @Test
  void replacesOnlyTheVersionThatWasSeen() {
    put("s", BODY).then().statusCode(201);

    api.request()
        .contentType(ContentType.JSON)
        .header("If-Match", "\"7\"")
        .body(Api.quoted(BODY.replace("0 9", "0 10")))
        .put("/schedules/by-key/s")
        .then()
        .statusCode(412);
  }

  // ── pause

  @Test
  void pausesUntilAnInstantAndFiresFromThenOn() {
    created(
        "{'key':'s','jobKey':'j','timezone':'UTC','trigger':{'type':'INTERVAL','every':'PT1H'}}");
    Instant until = clock.instant().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MINUTES);

    Response paused =
        api.post("/schedules/s/pause", "{'until':'" + until + "','note':'inventory'}");

    paused
        .then()
        .statusCode(200)
        .body("status", equalTo("PAUSED"))
        .body("statusReason", equalTo("PAUSED"))
        .body("enabled", equalTo(true))
        .body("pausedUntil", equalTo(until.toString()))
        .body("note", equalTo("inventory"));
    Instant next = Instant.parse(paused.path("nextFireAt"));
    assertTrue(!next.isBefore(until) && next.isBefore(until.plus(1, ChronoUnit.HOURS)));
    String id = paused.path("id");
    assertEquals(
        1,
        rows.number(
            "select count(*) from clock where schedule_id = ? and enabled and next_fire_at >= resumes_at",
            id));

    // Said once more, nothing changes.
    api.post("/schedules/s/pause", "{'until':'" + until + "'}")
        .then()
        .statusCode(200)
        .body("version", equalTo(2));
  }

  @Test
  void endsAPauseByEnabling() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'INTERVAL','every':'PT1H'}}");
    api.post("/schedules/s/pause").then().statusCode(200).body("nextFireAt", nullValue());

    api.post("/schedules/s/enable")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("statusReason", nullValue())
        .body("pausedUntil", nullValue())
        .body("nextFireAt", notNullValue());

    assertEquals(
        1,
        rows.number(
            "select count(*) from clock where schedule_id = ? and enabled and resumes_at is null",
            id));
    assertEquals(
        List.of(
            "scheduler.schedule.created 11",
            "scheduler.schedule.disabled 24",
            "scheduler.schedule.enabled 33"),
        told.await("scheduler.schedule.", 3));
  }

  @Test
  void staysPausedThroughAnEdit() {
    created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    api.post("/schedules/s/pause").then().statusCode(200);

    api.patch("/schedules/s", "{'trigger':{'expression':'0 10 1 1 *'}}")
        .then()
        .statusCode(200)
        .body("status", equalTo("PAUSED"))
        .body("nextFireAt", nullValue());
    api.post("/schedules/s/disable")
        .then()
        .statusCode(200)
        .body("statusReason", equalTo("DISABLED"));
    api.post("/schedules/s/pause").then().statusCode(409);
  }

  @Test
  void refusesAPauseThatIsOverAlready() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");

    api.post("/schedules/s/pause", "{'until':'2020-01-01T00:00:00Z'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/until"));
    api.post("/schedules/s/pause", "{'untill':'2999-01-01T00:00:00Z'}").then().statusCode(422);
    api.post("/schedules/nobody/pause").then().statusCode(404);
  }

  // ── skip-next

  @Test
  void skipsTheNextFireAndTellsOfIt() {
    String id = created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    String next = api.get("/schedules/s").path("nextFireAt");

    Response skipped = api.post("/schedules/s/skip-next");

    skipped.then().statusCode(200).body("version", equalTo(2)).body("status", equalTo("ACTIVE"));
    assertEquals(
        Instant.parse(next).atZone(ZoneOffset.UTC).plusYears(1).toInstant(),
        Instant.parse(skipped.path("nextFireAt")));
    api.get("/runs?scheduleId=" + id)
        .then()
        .body("items.size()", equalTo(1))
        .body("items[0].state", equalTo("SKIPPED"))
        .body("items[0].fireAt", equalTo(next));
    told.await("scheduler.run.skipped", 1);
  }

  /**
   * Each holds its clock and a connection; calendars that took another would wait for each other.
   */
  @Test
  void skipsForMoreCallersThanThereAreConnections() {
    int callers = 30;
    for (int i = 0; i < callers; i++) {
      created(
          "{'key':'s"
              + i
              + "','jobKey':'j','calendar':'DE','trigger':{'type':'CRON','expression':'0 9 * * *'}}");
    }
    AtomicInteger caller = new AtomicInteger();

    Racers.race(
        callers,
        () ->
            api.post("/schedules/s" + caller.getAndIncrement() + "/skip-next")
                .then()
                .statusCode(200));
  }

  @Test
  void skipsNothingWhereNothingComes() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");
    api.post("/schedules/s/disable");
    api.post("/schedules/s/skip-next").then().statusCode(409);
    created("{'key':'far','jobKey':'j','trigger':" + FAR + "}");
    api.post("/schedules/far/skip-next")
        .then()
        .statusCode(409)
        .body("detail", containsString("days away"));
    Instant soon = clock.instant().plus(9, ChronoUnit.DAYS);
    created("{'key':'once','jobKey':'j','trigger':{'type':'ONE_SHOT','at':'" + soon + "'}}");
    api.post("/schedules/once/skip-next")
        .then()
        .statusCode(200)
        .body("status", equalTo("EXHAUSTED"));
    api.post("/schedules/once/skip-next").then().statusCode(409);
  }

  // ── archived jobs

  @Test
  void archivesAJobOnlyWhenNothingUsesItOrByForce() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");

    api.post("/jobs/j/archive").then().statusCode(409).body("detail", containsString("force=true"));
    api.post("/jobs/j/archive?force=true")
        .then()
        .statusCode(200)
        .body("status", equalTo("ARCHIVED"))
        .body("version", equalTo(2));
    api.get("/schedules/s").then().body("enabled", equalTo(false));
    api.post("/runs", "{'jobKey':'j'}").then().statusCode(409);
    api.post("/schedules", "{'jobKey':'j','trigger':" + YEARLY + "}").then().statusCode(409);
    api.post("/schedules/s/enable").then().statusCode(409);
    api.post("/schedules/s/trigger").then().statusCode(409);
    api.post("/jobs/j/archive").then().statusCode(200).body("version", equalTo(2));

    api.post("/jobs/j/unarchive").then().statusCode(200).body("status", equalTo("ACTIVE"));
    api.post("/schedules/s/enable").then().statusCode(200);
    told.await("scheduler.job.archived", 1);
    api.post("/jobs/j/archive?force=maybe").then().statusCode(422);
  }

  // ── what it may choose

  @Test
  void showsWhatIsChosenAndWhatHoldsElse() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");
    api.get("/schedules/s")
        .then()
        .body("misfirePolicy", equalTo("LAST"))
        .body("misfireGrace", equalTo("PT1M"))
        .body("catchUpWindow", equalTo("PT24H"))
        .body("overlapPolicy", equalTo("ALLOW_ALL"))
        .body("deleteAfterCompletion", equalTo(false))
        .body(
            "counts",
            equalTo(Map.of("fired", 0, "succeeded", 0, "failed", 0, "missed", 0, "skipped", 0)));

    api.patch(
            "/schedules/s",
            "{'misfirePolicy':'ALL','maxRuns':3,'jitter':'PT5M','window':'PT1H','overlapPolicy':'SKIP',"
                + "'endAt':'2999-01-01T00:00:00Z','pauseAfterFailures':2,'deleteAfterCompletion':true}")
        .then()
        .statusCode(200)
        .body("misfirePolicy", equalTo("ALL"))
        .body("maxRuns", equalTo(3))
        .body("jitter", equalTo("PT5M"))
        .body("window", equalTo("PT1H"))
        .body("overlapPolicy", equalTo("SKIP"))
        .body("endAt", equalTo("2999-01-01T00:00:00Z"))
        .body("pauseAfterFailures", equalTo(2))
        .body("deleteAfterCompletion", equalTo(true));
    api.patch("/schedules/s", "{'maxRuns':null,'jitter':null}")
        .then()
        .body("maxRuns", nullValue())
        .body("jitter", nullValue());
  }

  /** The next fire is shown as the list of fires shows it. */
  @Test
  void putsTheNextFireOffByItsJitter() {
    created("{'key':'s','jobKey':'j','timezone':'UTC','jitter':'PT1H','trigger':" + YEARLY + "}");

    String next = api.get("/schedules/s").path("nextFireAt");

    assertNotEquals("09:00:00Z", next.substring(11));
    assertEquals(next, api.get("/schedules/s/fires?limit=1").path("fires[0].at"));
    api.get("/schedules/s/fires?limit=1").then().body("fires[0].moved", hasItem("JITTER"));
  }

  @Test
  void countsTheRunsThatAreLeftOverAnEdit() {
    String id = created("{'key':'s','jobKey':'j','maxRuns':5,'trigger':" + YEARLY + "}");
    rows.execute("update clock set runs_left = 2 where schedule_id = cast(? as uuid)", id);

    api.patch("/schedules/s", "{'maxRuns':6}").then().statusCode(200);
    assertEquals(3, rows.number("select runs_left from clock where schedule_id = ?", id));
    api.patch("/schedules/s", "{'maxRuns':1}").then().body("status", equalTo("EXHAUSTED"));
    api.patch("/schedules/s", "{'maxRuns':4}")
        .then()
        .body("status", equalTo("ACTIVE"))
        .body("nextFireAt", notNullValue());
    assertEquals(3, rows.number("select runs_left from clock where schedule_id = ?", id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'maxRuns':0                                                             | /maxRuns
          'jitter':'P2D'                                                          | /jitter
          'jitter':'soon'                                                         | /jitter
          'window':'PT0S'                                                         | /window
          'startAt':'2027-01-02T00:00:00Z','endAt':'2027-01-01T00:00:00Z'         | /endAt
          'convention':'FOLLOWING'                                                | /convention
          'calendar':'DE','convention':'ANY'                                      | /convention
          'calendar':'nobody-has-this'                                            | /calendar
          'calendar':'a b'                                                        | /calendar
          'misfireGrace':'-PT1M'                                                  | /misfireGrace
          'overlapPolicy':'BUFFER'                                                | /overlapPolicy
          'pauseAfterFailures':0                                                  | /pauseAfterFailures
          'counts':{}                                                             | /counts
          'labels':{'a':'b c'}                                                    | /labels/a
          'retry':{'backoff':'LIST'}                                              | /retry/delays
          """)
  void refusesWhatCannotBeChosen(String chosen, String pointer) {
    api.post("/schedules", "{" + chosen + ",'jobKey':'j','trigger':" + YEARLY + "}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem(pointer));
  }
}
