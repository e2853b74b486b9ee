package dev.carillon.rest;

import dev.carillon.broker.EventFeed;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/** A tenant of its own for each case, with a job to be scheduled. */
abstract class ScheduleFixture {

  static final String YEARLY = "{'type':'CRON','expression':'0 9 1 1 *'}";
  static final String FAR = "{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}";

  @Inject InstantSource clock;
  @Inject Rows rows;
  @Inject EventFeed feed;

  final Api api = Api.ofNewTenant();

  Told told;

  @BeforeEach
  void declareAJob() {
    told = Told.of(api, feed);
    api.withJob("j");
  }

  String created(String body) {
    String id = api.post("/schedules", body).then().statusCode(201).extract().path("id");
    UUID.fromString(id);
    return id;
  }

  long revision(String key) {
    String id = api.get("/schedules/" + key).path("id");
    return rows.number("select revision from clock where schedule_id = ?", id);
  }
}
