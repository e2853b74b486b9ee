package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import dev.carillon.testing.WatchedZone;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an edit moves and what it leaves alone, how it is worked out aside, and what can be edited
 * of a schedule that this version cannot read.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleEditsTest extends ScheduleFixture {

  private static final WatchedZone WATCHED = WatchedZone.register("Test/Requests");

  /** A rule can take a tenth of a second to read, and as long to evaluate. */
  @Test
  void neitherReadsNorEvaluatesOnAnEventLoop() {
    WATCHED.forget();
    String daily = "{'type':'CRON','expression':'0 9 * * *'}";
    created("{'key':'s','jobKey':'j','timezone':'Test/Requests','trigger':" + daily + "}");
    api.patch("/schedules/s", "{'trigger':{'expression':'0 10 * * *'}}").then().statusCode(200);
    api.patch("/schedules/s", "{'name':'n'}").then().statusCode(200);
    api.get("/schedules/s/fires").then().statusCode(200);
    api.post("/schedules/s/disable").then().statusCode(200);
    api.post("/schedules/s/enable").then().statusCode(200);
    api.post("/triggers/preview", "{'timezone':'Test/Requests','trigger':" + daily + "}")
        .then()
        .statusCode(200);
    api.delete("/schedules/s").then().statusCode(204);

    Set<String> askers = WATCHED.askers();
    assertFalse(askers.isEmpty());
    assertEquals(
        List.of(), askers.stream().filter(asker -> asker.startsWith("event loop")).toList());
  }

  /** Each reads the schedule before it has the lock, and may find it changed behind it. */
  @Test
  void losesNoPatchOfManyAtOnce() {
    created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    AtomicInteger racers = new AtomicInteger();

    Racers.race(
        12,
        () -> {
          int racer = racers.incrementAndGet();
          return api.patch("/schedules/s", "{'params':{'p" + racer + "':1}}")
              .then()
              .statusCode(200);
        });

    api.get("/schedules/s").then().body("params.size()", equalTo(12)).body("version", equalTo(13));
  }

  @Test
  void disablesAndDeletesWhatThisVersionCannotRead() {
    String id = unreadable("{'type':'SUNDIAL'}", "UTC");

    api.get("/schedules/s").then().statusCode(200).body("trigger.type", equalTo("SUNDIAL"));
    api.patch("/schedules/s", "{'name':'n'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/trigger/type"));
    api.post("/schedules/s/disable")
        .then()
        .statusCode(200)
        .body("status", equalTo("PAUSED"))
        .body("enabled", equalTo(false));
    assertEquals(
        List.of("scheduler.schedule.created 11", "scheduler.schedule.disabled 24"),
        told.await("scheduler.schedule", 2));
    api.post("/schedules/s/enable").then().statusCode(422);
    api.delete("/schedules/" + id).then().statusCode(204);
  }

  @Test
  void aPatchOfTheTriggerRepairsAParkedSchedule() {
    unreadable("{'type':'SUNDIAL'}", "UTC");

    api.patch("/schedules/s", "{'trigger':" + YEARLY + "}")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("statusReason", nullValue())
        .body("nextFireAt", matchesPattern("\\d{4}-01-01T09:00:00Z"));
  }

  /** Also where the trigger does not depend on its zone. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'CRON','expression':'0 9 1 1 *'}",
        "{'type':'FIXED_DELAY','delay':'P1D'}",
        "{'type':'INTERVAL','every':'PT7H'}"
      })
  void aPatchOfTheZoneRepairsAParkedSchedule(String trigger) {
    unreadable(trigger, "Mars/Olympus");

    api.patch("/schedules/s", "{'name':'n'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/timezone"));
    api.patch("/schedules/s", "{'timezone':'UTC'}")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("nextFireAt", notNullValue());
  }

  /** As a later version, or another tzdata, left it, and the ticker found it. */
  private String unreadable(String trigger, String zone) {
    String id = created("{'key':'s','jobKey':'j','trigger':" + YEARLY + ",'timezone':'UTC'}");
    rows.execute(
        "update schedules set trigger = ?::jsonb, timezone = ? where id = ?",
        Api.quoted(trigger),
        zone,
        UUID.fromString(id));
    rows.park(id);
    return id;
  }

  @Test
  void aChoiceOrZoneThatTheTriggerDoesNotDependOnMovesNothing() {
    for (String trigger :
        List.of(
            "{'type':'FIXED_DELAY','delay':'P1D'}", "{'type':'INTERVAL','every':'PT7H'}", FAR)) {
      String id = created("{'jobKey':'j','trigger':" + trigger + "}");
      String path = "/schedules/" + id;
      String next = api.get(path).path("nextFireAt");

      api.patch(path, "{'dstGap':'SKIP'}").then().body("nextFireAt", equalTo(next));
      api.patch(path, "{'timezone':'Asia/Tokyo'}")
          .then()
          .statusCode(200)
          .body("timezone", equalTo("Asia/Tokyo"))
          .body("version", equalTo(3))
          .body("nextFireAt", equalTo(next));
    }
  }

  @Test
  void aSpentOneShotStaysExhaustedWhateverIsChosen() {
    Instant past = clock.instant().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    String id =
        created("{'key':'s','jobKey':'j','trigger':{'type':'ONE_SHOT','at':'" + past + "'}}");
    rows.execute(
        "update clock set next_fire_at = null, last_fire_at = now() where schedule_id = ?",
        UUID.fromString(id));
    rows.execute("update schedules set status = 'EXHAUSTED' where id = ?", UUID.fromString(id));

    api.patch("/schedules/s", "{'dstGap':'SKIP','timezone':'Asia/Tokyo'}")
        .then()
        .statusCode(200)
        .body("status", equalTo("EXHAUSTED"))
        .body("nextFireAt", nullValue());
  }

  /** New rules of a zone look back to here for the fire that they may have moved. */
  @Test
  void onlyAnEditOfTheInstantsCountsAsOne() {
    String id = created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    String timedAt = "select timed_at from clock where schedule_id = ?";
    Instant created = rows.instant(timedAt, id);

    api.patch("/schedules/s", "{'name':'n'}").then().statusCode(200);
    assertEquals(created, rows.instant(timedAt, id));

    api.patch("/schedules/s", "{'timezone':'Europe/Berlin'}").then().statusCode(200);
    Instant edited = rows.instant(timedAt, id);
    assertTrue(edited.isAfter(created));

    api.post("/schedules/s/disable").then().statusCode(200);
    api.post("/schedules/s/enable").then().statusCode(200);
    assertTrue(rows.instant(timedAt, id).isAfter(edited));
  }

  /** Else the next fire of older rules would pass for one of ours, and not be corrected. */
  @Test
  void saysByWhichTzdataTheNextFireWasWorkedOut() {
    String id = created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    String rules = "select rules from clock where schedule_id = ?";
    String ours = ZoneRulesProvider.getVersions("UTC").lastKey();
    assertEquals(ours, rows.texts(rules, UUID.fromString(id)).get(0));
    rows.execute("update clock set rules = '1999z' where schedule_id = ?", UUID.fromString(id));

    api.patch("/schedules/s", "{'name':'n'}").then().statusCode(200);
    assertEquals("1999z", rows.texts(rules, UUID.fromString(id)).get(0));

    api.patch("/schedules/s", "{'timezone':'Europe/Berlin'}").then().statusCode(200);
    assertEquals(ours, rows.texts(rules, UUID.fromString(id)).get(0));
  }
}
