package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** What a schedule says of itself after an edit. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ScheduleShownTest extends ScheduleFixture {

  @Test
  void aPauseEndsWhereItIsSwitchedOff() {
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");
    api.post("/schedules/s/pause", "{'until':'2999-01-01T00:00:00Z'}").then().statusCode(200);

    api.patch("/schedules/s", "{'enabled':false}")
        .then()
        .statusCode(200)
        .body("pausedUntil", nullValue());

    api.patch("/schedules/s", "{'enabled':true}")
        .then()
        .body("status", equalTo("ACTIVE"))
        .body("pausedUntil", nullValue());
  }

  /** A fire that was let go never ran, so it is not the last. */
  @Test
  void theLastFireIsNoneThatWasSkipped() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");
    rows.plan(api, id, clock.instant().plusSeconds(3_600));

    api.post("/schedules/s/skip-next").then().statusCode(200);

    assertEquals(1, rows.number("select count(*) from runs where schedule_id = ?", id));
    assertNull(
        rows.texts("select last_fire_at::text from clock where schedule_id = ?::uuid", id).get(0));
  }
}
