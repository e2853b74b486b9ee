package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
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
          {'trigger':{'type':'INTERVAL','every':'P1D'},'dstGap':'SKIP'}     | 422 | /dstGap
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
            "{'trigger':{'type':'CRON','expression':'x'},'timezone':'Mars','count':0,'seed':1}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItems("/trigger/expression", "/timezone", "/count", "/seed"));
  }
}
