package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A schedule's life by REST: declared, edited, switched, triggered, deleted, listed. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleResourceTest extends ScheduleFixture {

  @Test
  void declaresAScheduleThatKnowsItsNextFire() {
    api.post("/schedules", "{'key':'s','jobKey':'j','trigger':" + YEARLY + ",'timezone':'UTC'}")
        .then()
        .statusCode(201)
        .header("Location", matchesPattern(".*/schedules/[0-9a-f-]{36}"))
        .header("ETag", "\"1\"")
        .body("key", equalTo("s"))
        .body("jobKey", equalTo("j"))
        .body("trigger.dialect", equalTo("UNIX"))
        .body("enabled", equalTo(true))
        .body("status", equalTo("ACTIVE"))
        .body("nextFireAt", matchesPattern("\\d{4}-01-01T09:00:00Z"))
        .body("lastFireAt", nullValue());
    api.get("/schedules/s").then().statusCode(200).body("jobKey", equalTo("j"));
    api.get("/jobs/j").then().body("status", equalTo("ACTIVE")).body("version", equalTo(1));
    assertEquals(List.of("scheduler.schedule.created 11"), told.await("scheduler.schedule", 1));
  }

  @Test
  void takesItsIdAsKeyWhereNoneIsGiven() {
    String id = created("{'jobKey':'j','trigger':" + FAR + "}");

    api.get("/schedules/" + id).then().statusCode(200).body("key", equalTo(id));
  }

  @Test
  void changesTheDialectAndTheExpressionEachAlone() {
    String christmas = "{'type':'CRON','dialect':'QUARTZ','expression':'0 0 9 ? 12 7#4'}";
    created("{'key':'s','jobKey':'j','trigger':" + christmas + ",'timezone':'UTC'}");
    api.get("/schedules/s").then().body("trigger.dialect", equalTo("QUARTZ"));

    // The 7th day is Saturday in Quartz, Sunday in Spring.
    api.patch("/schedules/s", "{'trigger':{'dialect':'SPRING'}}")
        .then()
        .statusCode(200)
        .body("trigger.dialect", equalTo("SPRING"))
        .body("trigger.expression", equalTo("0 0 9 ? 12 7#4"));
    api.patch("/schedules/s", "{'trigger':{'expression':'0 0 9 L 12 *'}}")
        .then()
        .statusCode(200)
        .body("trigger.dialect", equalTo("SPRING"))
        .body("nextFireAt", matchesPattern("\\d{4}-12-31T09:00:00Z"));
    api.patch("/schedules/s", "{'trigger':{'dialect':'UNIX'}}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/trigger/expression"));
  }

  @Test
  void refusesATakenKey() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.post("/schedules", "{'key':'s','jobKey':'j','trigger':" + FAR + "}")
        .then()
        .statusCode(409)
        .body("errors[0].pointer", equalTo("/key"));
  }

  @Test
  void countsAFixedDelayFromItsCreation() {
    Instant before = clock.instant();
    String id = created("{'jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'P1D'}}");

    Instant next = Instant.parse(api.get("/schedules/" + id).path("nextFireAt"));
    assertEquals(1, Duration.between(before, next).toDays());
    assertEquals(86_400_000L, rows.number("select delay_ms from clock where schedule_id = ?", id));
  }

  @Test
  void refusesAOneShotThatIsPastByMoreThanADay() {
    Instant past = clock.instant().minus(25, ChronoUnit.HOURS);

    api.post("/schedules", "{'jobKey':'j','trigger':{'type':'ONE_SHOT','at':'" + past + "'}}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/trigger/at"))
        .body("errors[0].example", notNullValue());
  }

  @Test
  void takesAOneShotThatIsJustPast() {
    Instant past = clock.instant().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    api.post("/schedules", "{'jobKey':'j','trigger':{'type':'ONE_SHOT','at':'" + past + "'}}")
        .then()
        .statusCode(201)
        .body("status", equalTo("ACTIVE"));
  }

  @Test
  void isExhaustedWhenNoFireIsLeft() {
    api.post(
            "/schedules",
            """
            {'jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=DAILY;COUNT=2','dtstart':'2020-01-01T09:00:00'}}
            """)
        .then()
        .statusCode(201)
        .body("status", equalTo("EXHAUSTED"))
        .body("nextFireAt", nullValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                    | 422 | /trigger
          {'trigger':{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}}           | 422 | /jobKey
          {'jobKey':'nobody','trigger':{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}} | 422 | /jobKey
          {'jobKey':'j','trigger':{'type':'CRON'}}                              | 422 | /trigger/expression
          {'jobKey':'j','trigger':{'type':'CRON','expression':'0 25 * * *'}}    | 422 | /trigger/expression
          {'jobKey':'j','trigger':{'type':'CRON','expression':'* * * * *','dialect':'QUARTZ'}} | 422 | /trigger/expression
          {'jobKey':'j','trigger':{'type':'CRON','expression':'* * * * *','dialect':'VIXIE'}} | 422 | /trigger/dialect
          {'jobKey':'j','trigger':{'type':'CRON','expression':'* * * * *','at':'x'}} | 422 | /trigger/at
          {'jobKey':'j','trigger':{'type':'CRON','expression':5}}               | 400 | /trigger/expression
          {'jobKey':'j','trigger':'* * * * *'}                                  | 400 | /trigger
          {'jobKey':'j','trigger':{'expression':'* * * * *'}}                   | 422 | /trigger/type
          {'jobKey':'j','trigger':{'type':'SOLAR'}}                             | 422 | /trigger/type
          {'jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=NEVER','dtstart':'2026-01-01T00:00:00'}} | 422 | /trigger/rrule
          {'jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=DAILY','dtstart':'2026-01-01T00:00:00Z'}} | 422 | /trigger/dtstart
          {'jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=DAILY','dtstart':'2026-01-01T00:00:00','exdate':['x']}} | 422 | /trigger/exdate/0
          {'jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=DAILY','dtstart':'2026-01-01T00:00:00','exdate':[1]}} | 400 | /trigger/exdate/0
          {'jobKey':'j','trigger':{'type':'INTERVAL','every':'one hour'}}       | 422 | /trigger/every
          {'jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'P1M'}}         | 422 | /trigger/delay
          {'jobKey':'j','trigger':{'type':'ONE_SHOT','at':'tomorrow'}}          | 422 | /trigger/at
          {'jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'},'timezone':'Mars/Olympus'} | 422 | /timezone
          {'jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'},'enabled':'yes'} | 400 | /enabled
          {'jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'},'misfirePolicy':'SOME'} | 422 | /misfirePolicy
          {'target':{'type':'HANDLER'},'trigger':{'type':'INTERVAL','every':'P1D'}} | 422 | /target/name
          """)
  void refusesWhatIsWrongByItsPlace(String body, int status, String pointer) {
    api.post("/schedules", body)
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void saysWhereInAnExpressionItIsWrong() {
    api.post("/schedules", "{'jobKey':'j','trigger':{'type':'CRON','expression':'0 25 * * *'}}")
        .then()
        .body("errors[0].position", equalTo(2))
        .body("errors[0].example", notNullValue());
  }

  @Test
  void editsAndTells() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + ",'timezone':'UTC'}");

    api.patch("/schedules/s", "{'trigger':{'expression':'0 10 1 1 *'},'name':'later'}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("name", equalTo("later"))
        .body("trigger.type", equalTo("CRON"))
        .body("nextFireAt", matchesPattern("\\d{4}-01-01T10:00:00Z"));
    assertEquals(
        List.of("scheduler.schedule.created 11", "scheduler.schedule.updated 22"),
        told.await("scheduler.schedule", 2));
  }

  @Test
  void editsAScheduleWithoutAKeyOfItsOwn() {
    String id = created("{'jobKey':'j','trigger':" + FAR + "}");
    String path = "/schedules/" + id;

    api.patch(path, "{'name':'x'}")
        .then()
        .statusCode(200)
        .body("name", equalTo("x"))
        .body("key", equalTo(id))
        .body("version", equalTo(2));
    api.patch(path, "{'key':'" + id + "'}").then().statusCode(200).body("version", equalTo(2));
    api.patch(path, "{'key':'other'}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("/key"));
  }

  @Test
  void replacesATriggerOfAnotherType() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");

    api.patch("/schedules/s", "{'trigger':" + FAR + "}")
        .then()
        .statusCode(200)
        .body("trigger.expression", nullValue())
        .body("nextFireAt", equalTo("2999-01-01T00:00:00Z"));
  }

  @Test
  void tellsNobodyOfAnEditThatChangesNothing() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    long revision = revision("s");

    api.patch("/schedules/s", "{'enabled':true,'jobKey':'j'}")
        .then()
        .statusCode(200)
        .body("version", equalTo(1));
    assertEquals(revision, revision("s"));
    // What is told next is the next edit, and nothing in between.
    api.patch("/schedules/s", "{'name':'x'}");
    assertEquals("scheduler.schedule.updated 22", told.await("scheduler.schedule", 2).get(1));
  }

  @Test
  void refusesALostUpdate() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.request()
        .header("If-Match", "\"7\"")
        .contentType("application/merge-patch+json")
        .body("{\"name\":\"x\"}")
        .patch("/schedules/s")
        .then()
        .statusCode(412);
    api.request().header("If-Match", "\"7\"").delete("/schedules/s").then().statusCode(412);
    api.get("/schedules/s").then().statusCode(200).body("version", equalTo(1));
  }

  @Test
  void anEditDoesNotBringBackWhatWasDeleted() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    api.delete("/schedules/s").then().statusCode(204);

    for (String seen : List.of("\"1\"", "\"0\"", "*")) {
      api.request()
          .header("If-Match", seen)
          .contentType("application/json")
          .body(Api.quoted("{'jobKey':'j','trigger':" + FAR + "}"))
          .put("/schedules/by-key/s")
          .then()
          .statusCode(412)
          .body("type", equalTo("urn:carillon:problem:lost-update"));
    }
    api.get("/schedules/s").then().statusCode(404);
  }

  @Test
  void disablesAndEnables() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.post("/schedules/s/disable")
        .then()
        .statusCode(200)
        .body("status", equalTo("PAUSED"))
        .body("statusReason", equalTo("DISABLED"))
        .body("enabled", equalTo(false))
        .body("nextFireAt", nullValue());
    api.post("/schedules/s/disable", "{}").then().statusCode(200).body("version", equalTo(2));
    api.post("/schedules/s/enable")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("statusReason", nullValue())
        .body("nextFireAt", equalTo("2999-01-01T00:00:00Z"));
    assertEquals(
        List.of(
            "scheduler.schedule.created 11",
            "scheduler.schedule.disabled 24",
            "scheduler.schedule.enabled 33"),
        told.await("scheduler.schedule", 3));
    api.post("/schedules/s/enable", "{'why':1}").then().statusCode(422);
  }

  @Test
  void withdrawsWhatIsPlannedAndPlansItAnew() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'}}");
    Instant planned = Instant.parse(api.get("/schedules/s").path("nextFireAt"));
    // As the ticker would have done, had the time come.
    String run = rows.plan(api, id, planned);
    api.get("/runs/" + run).then().statusCode(200).body("state", equalTo("SCHEDULED"));
    assertEquals(planned, Instant.parse(api.get("/schedules/s").path("nextFireAt")));

    api.patch("/schedules/s", "{'params':{'a':1}}").then().statusCode(200);

    api.get("/runs/" + run).then().statusCode(404);
    assertEquals(planned, rows.instant("select next_fire_at from clock where schedule_id = ?", id));
    assertEquals(2, revision("s"));
  }

  @Test
  void plansANewTriggerFromNowAlsoWhenALaterFireWasPlanned() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'}}");
    rows.plan(api, id, Instant.parse(api.get("/schedules/s").path("nextFireAt")));
    Instant sooner = clock.instant().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    api.patch("/schedules/s", "{'trigger':{'type':'ONE_SHOT','at':'" + sooner + "'}}")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("nextFireAt", equalTo(sooner.toString()));
  }

  @Test
  void refusesANewOneShotThatIsTooOldAlsoWhenAFireWasPlanned() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'}}");
    String run = rows.plan(api, id, Instant.parse(api.get("/schedules/s").path("nextFireAt")));

    api.patch("/schedules/s", "{'trigger':{'type':'ONE_SHOT','at':'2001-01-01T00:00:00Z'}}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("/trigger/at"));
    api.get("/runs/" + run).then().statusCode(200).body("state", equalTo("SCHEDULED"));
  }

  @Test
  void withdrawsWhatIsPlannedWhenDisabledOrDeleted() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'}}");
    Instant planned = Instant.parse(api.get("/schedules/s").path("nextFireAt"));
    String run = rows.plan(api, id, planned);

    api.post("/schedules/s/disable").then().statusCode(200).body("nextFireAt", nullValue());
    api.get("/runs/" + run).then().statusCode(404);

    api.post("/schedules/s/enable").then().statusCode(200);
    String again = rows.plan(api, id, planned);
    api.delete("/schedules/s").then().statusCode(204);
    api.get("/runs/" + again).then().statusCode(404);
  }

  @Test
  void leavesAFixedDelayWaitingForItsRun() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'P1D'}}");
    String run = rows.plan(api, id, Instant.parse(api.get("/schedules/s").path("nextFireAt")));
    rows.await(id, run);
    rows.claim(run);

    api.patch("/schedules/s", "{'trigger':{'delay':'P2D'}}").then().statusCode(200);

    assertEquals(172_800_000L, rows.number("select delay_ms from clock where schedule_id = ?", id));
    assertEquals(
        1,
        rows.number(
            "select count(*) from clock where awaited_run is not null and next_fire_at is null and schedule_id = ?",
            id));
  }

  @Test
  void deletesAndFreesTheKey() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.delete("/schedules/s").then().statusCode(204);

    api.get("/schedules/s").then().statusCode(404);
    api.delete("/schedules/" + id).then().statusCode(404);
    assertEquals("scheduler.schedule.deleted 25", told.await("scheduler.schedule", 2).get(1));
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
  }

  @Test
  void unparksAScheduleWithANewTrigger() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    rows.park(id);
    api.get("/schedules/s").then().body("status", equalTo("PARKED"));
    api.post("/schedules/s/trigger").then().statusCode(409);
    api.patch("/schedules/s", "{'name':'still parked'}")
        .then()
        .body("status", equalTo("PARKED"))
        .body("nextFireAt", nullValue());

    api.patch("/schedules/s", "{'trigger':" + YEARLY + "}")
        .then()
        .statusCode(200)
        .body("status", equalTo("ACTIVE"))
        .body("statusReason", nullValue())
        .body("nextFireAt", notNullValue());
  }

  @Test
  void triggersARunAlsoWhileDisabled() {
    api.post("/jobs", "{'key':'p','params':{'a':1,'b':1,'c':1},'priority':3,'queue':'idle'}");
    String id =
        created(
            "{'key':'s','jobKey':'p','params':{'b':2,'c':2},'enabled':false,'trigger':"
                + FAR
                + "}");

    String run =
        api.post("/schedules/s/trigger", "{'params':{'c':3}}")
            .then()
            .statusCode(202)
            .header("Location", matchesPattern(".*/runs/[0-9a-f-]{36}"))
            .body("scheduleId", equalTo(id))
            .body("jobKey", equalTo("p"))
            .body("params.a", equalTo(1))
            .body("params.b", equalTo(2))
            .body("params.c", equalTo(3))
            .body("priority", equalTo(3))
            .body("fireAt", nullValue())
            .extract()
            .path("id");
    api.get("/runs?scheduleId=" + id).then().body("items.id", equalTo(List.of(run)));
  }

  @Test
  void givesTheFirstRunForAKnownDedupeKey() {
    created("{'key':'s','jobKey':'j','enabled':false,'trigger':" + FAR + "}");
    String run = api.post("/schedules/s/trigger", "{'dedupeKey':'d'}").path("id");

    api.post("/schedules/s/trigger", "{'dedupeKey':'d'}")
        .then()
        .statusCode(200)
        .body("id", equalTo(run))
        .body("deduplicated", equalTo(true));
  }

  @Test
  void knowsOnlyTheTenantsOwn() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    Api other = Api.ofNewTenant().withJob("other");

    for (String path : List.of("/schedules/s", "/schedules/" + id)) {
      other.get(path).then().statusCode(404);
      other.patch(path, "{'name':'x'}").then().statusCode(404);
      other.delete(path).then().statusCode(404);
      other.post(path + "/enable").then().statusCode(404);
      other.post(path + "/disable").then().statusCode(404);
      other.post(path + "/trigger").then().statusCode(404);
      other.get(path + "/fires").then().statusCode(404);
    }
    other.get("/schedules").then().body("items", hasSize(0));
    other.post("/schedules", "{'jobKey':'j','trigger':" + FAR + "}").then().statusCode(422);
    api.get("/schedules/s").then().body("version", equalTo(1));
  }

  @Test
  void walksThroughAllByCursor() {
    for (int i = 0; i < 5; i++) {
      created("{'key':'s" + i + "','jobKey':'j','trigger':" + FAR + "}");
    }

    assertEquals(
        List.of("s4", "s3", "s2", "s1", "s0"), Pages.walk(api, "/schedules?limit=2", "key"));
  }
}
