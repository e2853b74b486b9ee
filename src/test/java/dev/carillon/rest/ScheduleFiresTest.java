package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventMessage;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a schedule is to fire: in which window, by which daylight-saving choice, or never. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleFiresTest extends ScheduleFixture {

  private static final String IN_THE_GAP = "{'type':'CRON','expression':'30 2 29 3 *'}";

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
  void leavesOutWhatWasSkipped() {
    created("{'key':'s','jobKey':'j','timezone':'UTC','trigger':" + YEARLY + "}");
    Instant skipped = Instant.parse(api.get("/schedules/s").path("nextFireAt"));

    api.post("/schedules/s/skip-next").then().statusCode(200);

    String next = api.get("/schedules/s").path("nextFireAt");
    assertTrue(Instant.parse(next).isAfter(skipped));
    api.get("/schedules/s/fires").then().body("fires[0].at", equalTo(next));
    // Also of a window that begins in the past: what fired then is shown, what was skipped is not.
    Instant past = skipped.atZone(ZoneOffset.UTC).minusYears(2).toInstant();
    api.get("/schedules/s/fires?limit=2&from=" + past)
        .then()
        .body("fires.at", equalTo(List.of(yearBefore(skipped), next)));
    api.get("/schedules/s/fires?to=" + skipped).then().body("fires", hasSize(0));
    // Switched off, it shows what it would do.
    api.post("/schedules/s/disable").then().statusCode(200);
    api.get("/schedules/s/fires?limit=1")
        .then()
        .body("fires.at", equalTo(List.of(skipped.toString())));
  }

  private static String yearBefore(Instant at) {
    return at.atZone(ZoneOffset.UTC).minusYears(1).toInstant().toString();
  }

  @Test
  void showsNoMoreThanMayStillRun() {
    String id =
        created("{'key':'s','jobKey':'j','maxRuns':2,'timezone':'UTC','trigger':" + YEARLY + "}");
    List<String> both = api.get("/schedules/s/fires?limit=5").path("fires.at");

    assertEquals(2, both.size());
    api.get("/schedules/s/fires?limit=5").then().body("exhausted", equalTo(true));
    api.get("/schedules/s/fires?limit=1").then().body("exhausted", equalTo(false));
    api.get("/schedules/s/fires?from=" + both.get(0))
        .then()
        .body("fires.at", equalTo(both.subList(1, 2)));
    // One is planned: it counts beside the one that is left.
    rows.plan(api, id, Instant.parse(both.get(0)));
    rows.execute(
        "update clock set runs_left = 1, next_fire_at = ?::timestamptz where schedule_id = ?",
        both.get(1),
        UUID.fromString(id));
    api.get("/schedules/s/fires?limit=5").then().body("fires.at", equalTo(both));
    api.get("/schedules/s/fires?limit=5").then().body("exhausted", equalTo(true));
  }

  @Test
  void aSkippedOneShotDoesNotFire() {
    Instant at = clock.instant().plus(30, ChronoUnit.DAYS);
    created("{'key':'s','jobKey':'j','trigger':{'type':'ONE_SHOT','at':'" + at + "'}}");

    api.post("/schedules/s/skip-next").then().body("status", equalTo("EXHAUSTED"));

    api.get("/schedules/s/fires").then().body("fires", hasSize(0)).body("exhausted", equalTo(true));
  }

  @Test
  void putsAFixedDelayOffByItsJitterOnce() {
    created(
        "{'key':'s','jobKey':'j','jitter':'PT5M','trigger':{'type':'FIXED_DELAY','delay':'PT3H'}}");
    String next = api.get("/schedules/s").path("nextFireAt");

    api.get("/schedules/s/fires?limit=1").then().body("fires.at", equalTo(List.of(next)));
  }

  @Test
  void showsWhatIsKnownWhereACalendarEnds() {
    LocalDate last = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(20);
    api.post("/calendars", "{'name':'ending','validTo':'" + last + "'}").then().statusCode(201);
    String timed =
        "'calendar':'ending','timezone':'UTC','trigger':{'type':'CRON','expression':'0 9 * * *'}";
    created("{'key':'s','jobKey':'j'," + timed + "}");

    Response open = api.get("/schedules/s/fires");
    Response preview = api.post("/triggers/preview", "{'count':50," + timed + "}");

    for (Response known : List.of(open, preview)) {
      known
          .then()
          .statusCode(200)
          .body("exhausted", equalTo(false))
          .body("incomplete", containsString("ending"))
          .body("incomplete", containsString(last.toString()))
          .body("incomplete", containsString("validTo"));
      List<String> fires = known.path("fires.at");
      assertEquals(last + "T09:00:00Z", fires.get(fires.size() - 1));
    }
    api.get("/schedules/s/fires?limit=3")
        .then()
        .body("fires", hasSize(3))
        .body("$", not(hasKey("incomplete")));
    api.get("/schedules/s/fires?to=" + last.plusDays(9) + "T00:00:00Z")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/calendar"))
        .body("errors[0].message", containsString(last.toString()));
    api.get("/schedules/s/fires?from=" + last + "T10:00:00Z").then().statusCode(422);
    api.post("/triggers/preview", "{'from':'" + last + "T10:00:00Z'," + timed + "}")
        .then()
        .statusCode(422);
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

  private Instant nextGapInBerlin() {
    ZoneRules rules = ZoneId.of("Europe/Berlin").getRules();
    ZoneOffsetTransition change = rules.nextTransition(clock.instant());
    while (!change.isGap()) {
      change = rules.nextTransition(change.getInstant());
    }
    return change.getInstant();
  }

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
}
