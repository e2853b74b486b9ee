package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.testing.PostgresResource;
import dev.carillon.testing.WatchedZone;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleResourceTest {

  private static final String YEARLY = "{'type':'CRON','expression':'0 9 1 1 *'}";
  private static final String FAR = "{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}";

  @Inject InstantSource clock;
  @Inject Rows rows;
  @Inject EventFeed feed;

  private final Api api = Api.ofNewTenant();

  private Told told;

  @BeforeEach
  void declareAJob() {
    told = Told.of(api, feed);
    api.withJob("j");
  }

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
          {'jobKey':'j','trigger':{'type':'INTERVAL','every':'P1D'},'misfirePolicy':'ALL'} | 422 | /misfirePolicy
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
    api.post("/schedules/s/trigger", "{'overlapPolicy':'SKIP'}").then().statusCode(422);
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

  private static final String IN_THE_GAP = "{'type':'CRON','expression':'30 2 29 3 *'}";

  @Test
  void keepsWhatWasChosenForDaylightSavingChanges() {
    String id =
        created(
            "{'key':'s','jobKey':'j','trigger':"
                + FAR
                + ",'dstGap':'SHIFT_BY_GAP','dstOverlap':'BOTH'}");

    api.get("/schedules/s")
        .then()
        .body("dstGap", equalTo("SHIFT_BY_GAP"))
        .body("dstOverlap", equalTo("BOTH"));
    api.patch("/schedules/s", "{'dstGap':null,'dstOverlap':'LAST'}")
        .then()
        .statusCode(200)
        .body("$", not(hasKey("dstGap")))
        .body("dstOverlap", equalTo("LAST"))
        .body("version", equalTo(2));
    assertEquals(
        "LAST",
        rows.texts("select dst_overlap from schedules where id = ?", UUID.fromString(id)).get(0));
    List<EventMessage> events = told.messages("scheduler.schedule", 2);
    assertEquals("BOTH", events.get(0).data().getString("dstOverlap"));
    assertEquals("LAST", events.get(1).data().getString("dstOverlap"));
    assertFalse(events.get(1).data().containsKey("dstGap"));
  }

  @Test
  void showsNoChoiceWhereNoneWasMade() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.get("/schedules/s")
        .then()
        .body("$", not(hasKey("dstGap")))
        .body("$", not(hasKey("dstOverlap")));
  }

  @ParameterizedTest
  @CsvSource({
    "dstGap, FIRST, 'FIRE_AT_GAP_END, SHIFT_BY_GAP, SKIP'",
    "dstOverlap, SKIP, 'FIRST, LAST, BOTH'"
  })
  void namesTheChoicesThereAre(String field, String wrong, String choices) {
    api.post("/schedules", "{'jobKey':'j','trigger':" + FAR + ",'" + field + "':'" + wrong + "'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/" + field))
        .body("errors[0].message", containsString(choices));
  }

  /** One whose only fires for years lie in the gap shows which instants the clock is set by. */
  @Test
  void plansAnewWhenAnotherChoiceIsMade() {
    Instant gap = nextGapInBerlin();
    String day = DateTimeFormatter.ofPattern("'30 2' d M '*'").format(gap.atZone(ZoneOffset.UTC));
    String id =
        created(
            "{'key':'s','jobKey':'j','timezone':'Europe/Berlin','trigger':{'type':'CRON','expression':'"
                + day
                + "'}}");
    long revision = revision("s");
    assertEquals(gap.toString(), api.get("/schedules/s").path("nextFireAt"));

    api.patch("/schedules/s", "{'dstGap':'SHIFT_BY_GAP'}")
        .then()
        .body("nextFireAt", equalTo(gap.plusSeconds(1_800).toString()));
    api.get("/schedules/s/fires?limit=1")
        .then()
        .body("fires.at", equalTo(List.of(gap.plusSeconds(1_800).toString())));
    assertEquals(revision + 1, revision("s"));
    String skipped =
        api.patch("/schedules/s", "{'dstGap':'SKIP'}").then().extract().path("nextFireAt");
    assertTrue(Instant.parse(skipped).isAfter(gap.plus(300, ChronoUnit.DAYS)), skipped);
    assertEquals(
        1,
        rows.number("select count(*) from clock where rules is not null and schedule_id = ?", id));
  }

  @Test
  void tellsAChoiceApartFromTheSwitch() {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.patch("/schedules/s", "{'enabled':false,'dstGap':'SKIP'}").then().statusCode(200);

    assertEquals(
        List.of(
            "scheduler.schedule.created 11",
            "scheduler.schedule.updated 22",
            "scheduler.schedule.disabled 24"),
        told.await("scheduler.schedule", 3));
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

  private Instant nextGapInBerlin() {
    ZoneRules rules = ZoneId.of("Europe/Berlin").getRules();
    ZoneOffsetTransition change = rules.nextTransition(clock.instant());
    while (!change.isGap()) {
      change = rules.nextTransition(change.getInstant());
    }
    return change.getInstant();
  }

  @Test
  void showsTheFiresOfAWindow() {
    created("{'key':'s','jobKey':'j','timezone':'Europe/Berlin','trigger':" + IN_THE_GAP + "}");

    api.get("/schedules/s/fires?from=2026-03-29T01:00:00Z&to=2029-03-29T00:30:00Z")
        .then()
        .statusCode(200)
        .body("description", notNullValue())
        // From is exclusive, to inclusive.
        .body(
            "fires.at",
            equalTo(
                List.of("2027-03-29T00:30:00Z", "2028-03-29T00:30:00Z", "2029-03-29T00:30:00Z")))
        .body("fires[0].local", equalTo("2027-03-29T02:30:00+02:00"))
        .body("fires[0].moved", hasSize(0))
        .body("exhausted", equalTo(false));
    api.get("/schedules/s/fires?from=2026-03-29T00:59:59Z&to=2026-12-31T00:00:00Z")
        .then()
        .body("fires.at", equalTo(List.of("2026-03-29T01:00:00Z")))
        .body("fires[0].moved", equalTo(List.of("DST_GAP")));
    api.get("/schedules/s/fires?to=2999-01-01T00:00:00Z").then().body("fires", hasSize(50));
  }

  @Test
  void boundsAWindowHoweverLongItIs() {
    created(
        "{'key':'s','jobKey':'j','enabled':false,'trigger':{'type':'CRON','expression':'* * * * * *'}}");

    api.get("/schedules/s/fires?from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z&limit=1000")
        .then()
        .statusCode(200)
        .body("fires", hasSize(1000))
        .body("fires[999].at", equalTo("2026-01-01T00:16:40Z"))
        .body("exhausted", equalTo(false));
  }

  @Test
  void showsTheNextFireFirstWhateverTheTrigger() {
    for (String trigger :
        List.of(
            YEARLY,
            FAR,
            "{'type':'INTERVAL','every':'PT7H'}",
            "{'type':'FIXED_DELAY','delay':'PT3H'}",
            "{'type':'RRULE','rrule':'FREQ=WEEKLY','dtstart':'2020-01-01T09:00:00'}")) {
      String id = created("{'jobKey':'j','trigger':" + trigger + "}");
      String next = api.get("/schedules/" + id).path("nextFireAt");

      api.get("/schedules/" + id + "/fires").then().body("fires[0].at", equalTo(next));
    }
  }

  @Test
  void showsAFixedDelayAsIfItsRunsTookNoTime() {
    String id = created("{'key':'s','jobKey':'j','trigger':{'type':'FIXED_DELAY','delay':'PT3H'}}");
    Instant next = Instant.parse(api.get("/schedules/s").path("nextFireAt"));

    api.get("/schedules/" + id + "/fires?limit=2&from=2000-01-01T00:00:00Z")
        .then()
        .body(
            "fires.at",
            equalTo(List.of(next.toString(), next.plus(3, ChronoUnit.HOURS).toString())));

    // Waiting for a run, or disabled: as if that changed now.
    api.post("/schedules/s/disable").then().statusCode(200);
    Instant before = clock.instant();
    Instant first = Instant.parse(api.get("/schedules/s/fires?limit=1").path("fires[0].at"));
    assertTrue(!first.isBefore(before.plus(3, ChronoUnit.HOURS)), first.toString());
  }

  @Test
  void showsThatASeriesHasEnded() {
    created(
        """
        {'key':'s','jobKey':'j','trigger':{'type':'RRULE','rrule':'FREQ=DAILY;COUNT=2','dtstart':'2020-01-01T09:00:00'}}
        """);

    api.get("/schedules/s/fires").then().body("fires", hasSize(0)).body("exhausted", equalTo(true));
    api.get("/schedules/s/fires?from=2019-01-01T00:00:00Z")
        .then()
        .body("fires", hasSize(2))
        .body("exhausted", equalTo(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          from=yesterday                                       | 422 | ?from  | RFC 3339
          to=2026-02-30T00:00:00Z                              | 422 | ?to    | RFC 3339
          from=1899-01-01T00:00:00Z                            | 422 | ?from  | 1900
          from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z    | 422 | ?to    | before from
          to=2020-01-01T00:00:00Z                              | 422 | ?to    | now
          limit=1001                                           | 422 | ?limit | 1000
          limit=0                                              | 422 | ?limit | 1000
          count=5                                              | 422 | ?count | known are from, to, limit
          from=2027-01-01T00:00:00Z&from=2027-01-02T00:00:00Z  | 422 | ?from  | once
          """)
  void refusesAWindowThatIsNone(String query, int status, String pointer, String message) {
    created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.get("/schedules/s/fires?" + query)
        .then()
        .statusCode(status)
        .body("errors[0].pointer", equalTo(pointer))
        .body("errors[0].message", containsString(message));
  }

  /** What is stored was valid once, for a version that is not this one. */
  @Test
  void saysWhyTheFiresOfABrokenScheduleCannotBeShown() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    rows.execute(
        "update schedules set timezone = 'Mars/Olympus' where id = ?", UUID.fromString(id));

    api.get("/schedules/s/fires")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/timezone"));
  }

  // ── what takes long, and what cannot be read
  // ─────────────────────────────────────────────────

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

  // ── what never fires
  // ─────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'trigger':{'type':'INTERVAL','every':'P9000Y'}}                                              | after the year 9999
          {'trigger':{'type':'FIXED_DELAY','delay':'P4000000D'}}                                        | after the year 9999
          {'trigger':{'type':'CRON','dialect':'QUARTZ','expression':'* * 2 ? 3 SUNL'}}                  | in Europe/Berlin
          {'dstGap':'SKIP','trigger':{'type':'CRON','dialect':'QUARTZ','expression':'0 30 2 ? 3 SUNL'}} | in Europe/Berlin with dstGap SKIP
          {'dstGap':'SKIP','trigger':{'type':'RRULE','dtstart':'2026-01-01T00:00:00','rrule':'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30'}} | choose dstGap FIRE_AT_GAP_END
          """)
  void refusesWhatCanNeverFire(String timed, String message) {
    String inBerlin = timed.replaceFirst("\\{", "{'timezone':'Europe/Berlin',");
    String schedule = inBerlin.replaceFirst("\\{", "{'jobKey':'j',");
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");

    for (Response refused :
        List.of(
            api.post("/schedules", schedule),
            api.post("/schedules", schedule.replaceFirst("\\{", "{'enabled':false,")),
            api.patch("/schedules/s", inBerlin),
            api.post("/triggers/preview", inBerlin))) {
      refused
          .then()
          .statusCode(422)
          .body("errors[0].pointer", equalTo("/trigger"))
          .body("errors[0].message", containsString(message))
          .body("errors[0].example", notNullValue());
    }
  }

  @Test
  void aSeriesThatEndedBeforeItBeganIsNoMistake() {
    String ended =
        "{'type':'RRULE','rrule':'FREQ=DAILY;UNTIL=20200101','dtstart':'2026-01-01T00:00:00'}";

    api.post("/schedules", "{'jobKey':'j','trigger':" + ended + "}")
        .then()
        .statusCode(201)
        .body("status", equalTo("EXHAUSTED"));
    api.post("/triggers/preview", "{'trigger':" + ended + "}")
        .then()
        .statusCode(200)
        .body("exhausted", equalTo(true));
  }

  // ── what an edit leaves alone
  // ──────────────────────────────────────────────────────────────

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

  private String created(String body) {
    String id = api.post("/schedules", body).then().statusCode(201).extract().path("id");
    UUID.fromString(id);
    return id;
  }

  private long revision(String key) {
    String id = api.get("/schedules/" + key).path("id");
    return rows.number("select revision from clock where schedule_id = ?", id);
  }
}
