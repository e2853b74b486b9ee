package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What schedules are wanted for (C17): declared as a person would, and when they fire then. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class UseCasesTest extends ScheduleFixture {

  private List<String> fires(String chosen, String from, String to) {
    String id = created("{'jobKey':'j','timezone':'Europe/Berlin'," + chosen + "}");
    return api.get("/schedules/" + id + "/fires?from=" + from + "&to=" + to).path("fires.local");
  }

  private static String cron(String expression) {
    return "'trigger':{'type':'CRON','expression':'" + expression + "'}";
  }

  @Test
  void nightly() {
    assertEquals(
        List.of(
            "2026-10-24T02:00:00+02:00",
            // The clocks go back at three: two o'clock comes twice, and the first one counts.
            "2026-10-25T02:00:00+02:00",
            "2026-10-26T02:00:00+01:00"),
        fires(cron("0 2 * * *"), "2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z"));
  }

  @Test
  void sixHourly() {
    assertEquals(
        List.of(
            "2026-05-04T00:00:00+02:00",
            "2026-05-04T06:00:00+02:00",
            "2026-05-04T12:00:00+02:00",
            "2026-05-04T18:00:00+02:00"),
        fires(cron("0 */6 * * *"), "2026-05-03T20:00:00Z", "2026-05-04T20:00:00Z"));
  }

  @Test
  void businessDaysOnly() {
    assertEquals(
        List.of(
            "2026-04-02T08:00:00+02:00",
            // Good Friday, the weekend, Easter Monday.
            "2026-04-07T08:00:00+02:00",
            "2026-04-08T08:00:00+02:00"),
        fires(
            "'calendar':'DE'," + cron("0 8 * * *"),
            "2026-04-01T12:00:00Z",
            "2026-04-08T12:00:00Z"));
  }

  @Test
  void weekly() {
    assertEquals(
        List.of("2026-03-23T07:30:00+01:00", "2026-03-30T07:30:00+02:00"),
        fires(
            "'trigger':{'type':'RRULE','rrule':'FREQ=WEEKLY;BYDAY=MO','dtstart':'2026-01-05T07:30:00'}",
            "2026-03-17T00:00:00Z",
            "2026-03-31T00:00:00Z"));
  }

  @Test
  void monthlyOnTheFirstBusinessDayFromTheFirstOn() {
    assertEquals(
        List.of(
            "2026-01-02T06:00:00+01:00",
            "2026-02-02T06:00:00+01:00",
            "2026-03-02T06:00:00+01:00",
            "2026-04-01T06:00:00+02:00",
            "2026-05-04T06:00:00+02:00"),
        fires(
            "'calendar':'DE','convention':'FOLLOWING'," + cron("0 6 1 * *"),
            "2025-12-31T00:00:00Z",
            "2026-05-31T00:00:00Z"));
  }

  /** The year that the issue asks to see. */
  @Test
  void lastBusinessDayOfTheMonth() {
    List<String> year =
        List.of(
            "2026-01-30T18:00:00+01:00",
            "2026-02-27T18:00:00+01:00",
            "2026-03-31T18:00:00+02:00",
            "2026-04-30T18:00:00+02:00",
            "2026-05-29T18:00:00+02:00",
            "2026-06-30T18:00:00+02:00",
            "2026-07-31T18:00:00+02:00",
            "2026-08-31T18:00:00+02:00",
            "2026-09-30T18:00:00+02:00",
            "2026-10-30T18:00:00+01:00",
            "2026-11-30T18:00:00+01:00",
            "2026-12-31T18:00:00+01:00");
    String from = "2026-01-01T00:00:00Z";
    String to = "2027-01-01T00:00:00Z";

    assertEquals(year, fires("'calendar':'DE'," + cron("0 18 LB * *"), from, to));
    assertEquals(
        year,
        fires(
            "'calendar':'DE','convention':'PRECEDING','trigger':"
                + "{'type':'CRON','expression':'0 0 18 L * ?','dialect':'QUARTZ'}",
            from,
            to));
    assertEquals(
        year,
        fires(
            "'calendar':'DE','convention':'MODIFIED_FOLLOWING','trigger':"
                + "{'type':'RRULE','rrule':'FREQ=MONTHLY;BYMONTHDAY=-1','dtstart':'2026-01-31T18:00:00'}",
            from,
            to));
  }

  /** Reformation Day is a holiday in Saxony, and a Friday in 2025. */
  @Test
  void lastBusinessDayWhereTheLastDayIsAHolidayOfTheState() {
    String october = "2025-10-01T00:00:00Z";
    String november = "2025-11-01T00:00:00Z";

    assertEquals(
        List.of("2025-10-31T18:00:00+01:00"),
        fires("'calendar':'DE'," + cron("0 18 LB * *"), october, november));
    assertEquals(
        List.of("2025-10-30T18:00:00+01:00"),
        fires("'calendar':'DE-SN'," + cron("0 18 LB * *"), october, november));
  }

  @Test
  void quarterlyOnTheThirdBusinessDay() {
    assertEquals(
        List.of(
            "2026-01-06T06:00:00+01:00",
            "2026-04-07T06:00:00+02:00",
            "2026-07-03T06:00:00+02:00",
            "2026-10-05T06:00:00+02:00"),
        fires(
            "'calendar':'TARGET2'," + cron("0 6 3B 1,4,7,10 *"),
            "2026-01-01T00:00:00Z",
            "2026-12-31T00:00:00Z"));
  }

  /** A calendar of one's own, which changes: what was planned by the old one is not what fires. */
  @Test
  void ownShutdownBetweenTheYears() {
    api.post(
            "/calendars",
            "{'name':'shutdown','weekend':[],'holidays':["
                + "'2026-12-28','2026-12-29','2026-12-30'],'validFrom':'2026-01-01','validTo':'2027-12-31'}")
        .then()
        .statusCode(201);
    String chosen = "'key':'own','calendar':'DE','excludeCalendar':'shutdown'," + cron("0 8 * * *");

    assertEquals(
        List.of("2026-12-24T08:00:00+01:00", "2026-12-31T08:00:00+01:00"),
        fires(chosen, "2026-12-23T12:00:00Z", "2026-12-31T12:00:00Z"));

    api.patch("/calendars/shutdown", "{'holidays':['2026-12-28']}").then().statusCode(200);
    assertEquals(
        List.of(
            "2026-12-24T08:00:00+01:00",
            "2026-12-29T08:00:00+01:00",
            "2026-12-30T08:00:00+01:00",
            "2026-12-31T08:00:00+01:00"),
        api.get("/schedules/own/fires?from=2026-12-23T12:00:00Z&to=2026-12-31T12:00:00Z")
            .path("fires.local"));

    // Beyond what the calendar answers for, nothing is quietly a business day.
    api.get("/schedules/own/fires?from=2027-12-30T00:00:00Z&limit=9")
        .then()
        .statusCode(200)
        .body("fires.size()", equalTo(2))
        .body("exhausted", equalTo(false))
        .body("incomplete", containsString("shutdown"));
    api.get("/schedules/own/fires?from=2027-12-30T00:00:00Z&to=2028-01-31T00:00:00Z")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/calendar"));
    api.get("/schedules/own/fires?from=2028-01-01T12:00:00Z").then().statusCode(422);
  }
}
