package dev.carillon.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.tenancy.Tenant;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A run that is asked for by hand stands where the ticker would put it. */
class RunPlaceTest {

  @Test
  void goesBeforeWhatABackfillLeftToWait() {
    try (Waiting waiting = new Waiting()) {
      UUID schedule = waiting.schedule(OverlapPolicy.SKIP);
      Instant earlier = EngineFixture.REAL.instant().minusSeconds(60);
      UUID old = waiting.fire(schedule, OverlapPolicy.BUFFER_ALL, earlier);

      assertEquals(RunPlace.SKIPPED, place(waiting, schedule));

      waiting.engine.execute("update queue set wanted = true where id = ?", old);
      assertEquals(RunPlace.WAITS, place(waiting, schedule));
    }
  }

  private static RunPlace place(Waiting waiting, UUID schedule) {
    return waiting
        .engine
        .pg
        .inEngineTransaction(
            statements ->
                RunPlace.of(
                    statements,
                    new Tenant(EngineFixture.TENANT),
                    schedule,
                    OverlapPolicy.SKIP,
                    UUID.randomUUID(),
                    EngineFixture.REAL.instant()))
        .await()
        .atMost(Duration.ofSeconds(10));
  }
}
