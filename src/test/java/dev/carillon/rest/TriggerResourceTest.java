package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class TriggerResourceTest {

  private final Api api = Api.ofNewTenant();

  @Test
  void showsTheNextFires() {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'0 9 * * MON-FRI'},'timezone':'Europe/Berlin',
             'from':'2026-01-01T00:00:00Z','count':3}
            """)
        .then()
        .statusCode(200)
        .body("description", notNullValue())
        .body("exhausted", equalTo(false))
        .body(
            "fires.at",
            equalTo(
                List.of("2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z", "2026-01-05T08:00:00Z")))
        .body("fires[0].local", equalTo("2026-01-01T09:00:00+01:00"))
        .body("fires[0].moved", hasSize(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNIX   | 0 12 13 * FRI   | 2026-01-02 | on day 13 of the month or on Friday",
        "QUARTZ | 0 0 12 ? * 6L   | 2026-01-30 | on the last Friday of the month",
        "SPRING | 0 0 12 13 * FRI | 2026-02-13 | on day 13 of the month if it is a Friday",
      })
  void readsEachDialectOfCron(String dialect, String expression, String first, String days) {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','dialect':'%s','expression':'%s'},'timezone':'UTC',
             'from':'2026-01-01T00:00:00Z','count':1}
            """
                .formatted(dialect, expression))
        .then()
        .statusCode(200)
        .body("fires[0].at", equalTo(first + "T12:00:00Z"))
        .body("description", equalTo("At 12:00, " + days));
  }

  @Test
  void saysWhatMovedAFire() {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'30 2 29 3 *'},'timezone':'Europe/Berlin',
             'from':'2026-03-01T00:00:00Z','count':1}
            """)
        .then()
        .body("fires[0].at", equalTo("2026-03-29T01:00:00Z"))
        .body("fires[0].moved", equalTo(List.of("DST_GAP")));
  }

  @Test
  void adjustsToTheBusinessDaysOfACalendarByItsName() {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'0 18 31 12 *'},'timezone':'Europe/Berlin','calendar':'DE',
             'convention':'PRECEDING','from':'2026-01-01T00:00:00Z','count':2}
            """)
        .then()
        .statusCode(200)
        .body("fires.at", equalTo(List.of("2026-12-31T17:00:00Z", "2027-12-31T17:00:00Z")));
    api.post(
            "/calendars",
            "{'name':'acme','builtin':'DE','holidays':[{'rule':'12-31','name':'New Year’s Eve'}]}")
        .then()
        .statusCode(201);

    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'0 18 31 12 *'},'timezone':'Europe/Berlin','calendar':'acme',
             'convention':'PRECEDING','from':'2026-01-01T00:00:00Z','count':2}
            """)
        .then()
        .statusCode(200)
        .body("fires.at", equalTo(List.of("2026-12-30T17:00:00Z", "2027-12-30T17:00:00Z")))
        .body("fires[0].moved", equalTo(List.of("HOLIDAY")));
  }

  @Test
  void takesACalendarAlongAndLeavesItsDaysOut() {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'INTERVAL','every':'P1D','anchor':'2026-01-01T09:00:00'},'timezone':'UTC',
             'calendar':{'weekend':['SATURDAY','SUNDAY'],'holidays':['2026-01-01',{'rule':'01-06'}]},
             'from':'2025-12-31T00:00:00Z','count':4}
            """)
        .then()
        .statusCode(200)
        .body(
            "fires.at",
            equalTo(
                List.of(
                    "2026-01-02T09:00:00Z",
                    "2026-01-05T09:00:00Z",
                    "2026-01-07T09:00:00Z",
                    "2026-01-08T09:00:00Z")));
  }

  @Test
  void putsFiresOffByTheSameJitterForTheSameSeed() {
    String body =
        """
        {'trigger':{'type':'CRON','expression':'0 9 * * *'},'timezone':'UTC','from':'2026-01-01T00:00:00Z',
         'count':20,'jitter':'PT10M','seed':'%s'}
        """;

    List<String> once = api.post("/triggers/preview", body.formatted("a")).path("fires.at");
    List<String> again = api.post("/triggers/preview", body.formatted("a")).path("fires.at");
    List<String> other = api.post("/triggers/preview", body.formatted("b")).path("fires.at");

    assertEquals(once, again);
    assertNotEquals(once, other);
    for (String at : once) {
      assertTrue(Instant.parse(at).atOffset(ZoneOffset.UTC).getHour() == 9, at);
      assertTrue(Instant.parse(at).atOffset(ZoneOffset.UTC).getMinute() < 10, at);
    }
  }

  @Test
  void takesTheDefaultZoneAndFiveFires() {
    api.post(
            "/triggers/preview",
            "{'trigger':{'type':'INTERVAL','every':'P1D'},'from':'2026-01-01T00:00:00Z'}")
        .then()
        .statusCode(200)
        .body("fires", hasSize(5))
        .body("fires[0].local", equalTo("2026-01-02T01:00:00+01:00"));
  }

  @Test
  void saysWhenThereAreFewerThanAsked() {
    api.post(
            "/triggers/preview",
            "{'trigger':{'type':'ONE_SHOT','at':'2030-01-01T00:00:00Z'},'from':'2026-01-01T00:00:00Z'}")
        .then()
        .body("fires", hasSize(1))
        .body("exhausted", equalTo(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                | 422 | /trigger
          {'trigger':{'type':'CRON','expression':'60 * * * *'}}             | 422 | /trigger/expression
          {'trigger':{'type':'CRON','expression':'0 0 30 2 *'}}             | 422 | /trigger/expression
          {'trigger':{'type':'INTERVAL','every':'P1D'},'timezone':'Berlin'} | 422 | /timezone
          {'trigger':{'type':'INTERVAL','every':'P1D'},'count':1001}        | 422 | /count
          {'trigger':{'type':'INTERVAL','every':'P1D'},'count':'5'}         | 400 | /count
          {'trigger':{'type':'INTERVAL','every':'P1D'},'from':'1800-01-01T00:00:00Z'} | 422 | /from
          {'trigger':{'type':'INTERVAL','every':'P1D'},'dstGap':'skip'}     | 422 | /dstGap
          {'trigger':{'type':'INTERVAL','every':'P1D'},'dstOverlap':'SKIP'} | 422 | /dstOverlap
          {'trigger':{'type':'INTERVAL','every':'P1D'},'dstOverlap':true}   | 400 | /dstOverlap
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':'nobody'} | 422 | /calendar
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':5}        | 400 | /calendar
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':{'include':['DE']}} | 422 | /calendar/include
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':{'holidays':['x']}} | 422 | /calendar/holidays/0
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':'SG','from':'2030-01-01T00:00:00Z'} | 422 | /calendar
          {'trigger':{'type':'INTERVAL','every':'P1D'},'convention':'SKIP'} | 422 | /convention
          {'trigger':{'type':'INTERVAL','every':'P1D'},'calendar':'DE','convention':'LATER'} | 422 | /convention
          {'trigger':{'type':'INTERVAL','every':'P1D'},'jitter':'P2D'}      | 422 | /jitter
          {'trigger':{'type':'INTERVAL','every':'P1D'},'jitter':'PT1M','seed':1} | 400 | /seed
          {'trigger':{'type':'INTERVAL','every':'P1D'},'tz':'UTC'}          | 422 | /tz
          """)
  void refusesWhatIsWrongByItsPlace(String body, int status, String pointer) {
    api.post("/triggers/preview", body)
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    api.post(
            "/triggers/preview",
            "{'trigger':{'type':'CRON','expression':'x'},'timezone':'Mars','count':0,'jitter':'x'}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItems("/trigger/expression", "/timezone", "/count", "/jitter"));
  }

  /** What each choice makes of a change, as the first fire on its day or the days around. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # the clocks jump from 2 to 3, or from 0 to 1 in Cairo, by half an hour on Lord Howe
          Europe/Berlin       | 30 2 29 3 *   | 2026-03-28T12:00:00Z | dstGap     | FIRE_AT_GAP_END | 2026-03-29T03:00:00+02:00 | DST_GAP
          Europe/Berlin       | 30 2 29 3 *   | 2026-03-28T12:00:00Z | dstGap     | SHIFT_BY_GAP    | 2026-03-29T03:30:00+02:00 | DST_GAP
          Europe/Berlin       | 30 2 28-30 3 *| 2026-03-28T12:00:00Z | dstGap     | SKIP            | 2026-03-30T02:30:00+02:00 |
          America/New_York    | 30 2 8 3 *    | 2026-03-07T12:00:00Z | dstGap     | FIRE_AT_GAP_END | 2026-03-08T03:00:00-04:00 | DST_GAP
          America/New_York    | 30 2 8 3 *    | 2026-03-07T12:00:00Z | dstGap     | SHIFT_BY_GAP    | 2026-03-08T03:30:00-04:00 | DST_GAP
          America/New_York    | 30 2 7-9 3 *  | 2026-03-07T12:00:00Z | dstGap     | SKIP            | 2026-03-09T02:30:00-04:00 |
          Australia/Lord_Howe | 15 2 4 10 *   | 2026-10-03T12:00:00Z | dstGap     | FIRE_AT_GAP_END | 2026-10-04T02:30:00+11:00 | DST_GAP
          Australia/Lord_Howe | 15 2 4 10 *   | 2026-10-03T12:00:00Z | dstGap     | SHIFT_BY_GAP    | 2026-10-04T02:45:00+11:00 | DST_GAP
          Australia/Lord_Howe | 15 2 3-5 10 * | 2026-10-03T12:00:00Z | dstGap     | SKIP            | 2026-10-05T02:15:00+11:00 |
          Africa/Cairo        | 30 0 24 4 *   | 2026-04-23T12:00:00Z | dstGap     | FIRE_AT_GAP_END | 2026-04-24T01:00:00+03:00 | DST_GAP
          Africa/Cairo        | 30 0 24 4 *   | 2026-04-23T12:00:00Z | dstGap     | SHIFT_BY_GAP    | 2026-04-24T01:30:00+03:00 | DST_GAP
          Africa/Cairo        | 30 0 23-25 4 *| 2026-04-23T12:00:00Z | dstGap     | SKIP            | 2026-04-25T00:30:00+03:00 |
          # the clocks repeat the hour, or half of it on Lord Howe
          Europe/Berlin       | 30 2 25 10 *  | 2026-10-24T12:00:00Z | dstOverlap | FIRST           | 2026-10-25T02:30:00+02:00 | DST_OVERLAP
          Europe/Berlin       | 30 2 25 10 *  | 2026-10-24T12:00:00Z | dstOverlap | LAST            | 2026-10-25T02:30:00+01:00 | DST_OVERLAP
          America/New_York    | 30 1 1 11 *   | 2026-10-31T12:00:00Z | dstOverlap | FIRST           | 2026-11-01T01:30:00-04:00 | DST_OVERLAP
          America/New_York    | 30 1 1 11 *   | 2026-10-31T12:00:00Z | dstOverlap | LAST            | 2026-11-01T01:30:00-05:00 | DST_OVERLAP
          Australia/Lord_Howe | 45 1 5 4 *    | 2026-04-04T12:00:00Z | dstOverlap | FIRST           | 2026-04-05T01:45:00+11:00 | DST_OVERLAP
          Australia/Lord_Howe | 45 1 5 4 *    | 2026-04-04T12:00:00Z | dstOverlap | LAST            | 2026-04-05T01:45:00+10:30 | DST_OVERLAP
          """)
  void doesWhatWasChosenForDaylightSavingChanges(
      String zone,
      String cron,
      String from,
      String field,
      String choice,
      String local,
      String moved) {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'%s'},'timezone':'%s','from':'%s','%s':'%s','count':1}
            """
                .formatted(cron, zone, from, field, choice))
        .then()
        .statusCode(200)
        .body("fires.local", equalTo(List.of(local)))
        .body("fires[0].moved", equalTo(moved == null ? List.of() : List.of(moved)));
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 30 2 25 10 *, 2026-10-25T00:30:00Z, 2026-10-25T01:30:00Z",
    "America/New_York, 30 1 1 11 *, 2026-11-01T05:30:00Z, 2026-11-01T06:30:00Z",
    "Australia/Lord_Howe, 45 1 5 4 *, 2026-04-04T14:45:00Z, 2026-04-04T15:15:00Z",
  })
  void firesInBothPassesWhereThatWasChosen(String zone, String cron, String first, String last) {
    api.post(
            "/triggers/preview",
            """
            {'trigger':{'type':'CRON','expression':'%s'},'timezone':'%s','from':'2026-01-01T00:00:00Z',
             'dstOverlap':'BOTH','count':2}
            """
                .formatted(cron, zone))
        .then()
        .statusCode(200)
        .body("fires.at", equalTo(List.of(first, last)));
  }

  @Test
  void namesTheChoicesThereAre() {
    api.post(
            "/triggers/preview",
            "{'trigger':{'type':'INTERVAL','every':'P1D'},'dstGap':'NEXT','dstOverlap':'none'}")
        .then()
        .statusCode(422)
        .body(
            "errors[0].message", containsString("one of FIRE_AT_GAP_END, SHIFT_BY_GAP, SKIP, not"))
        .body("errors[1].message", containsString("one of FIRST, LAST, BOTH, not"));
    api.post(
            "/triggers/preview",
            "{'trigger':{'type':'CRON','expression':'0 9 * * *','dialect':'VIXIE'}}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("one of UNIX, QUARTZ, SPRING, not VIXIE"));
  }
}
