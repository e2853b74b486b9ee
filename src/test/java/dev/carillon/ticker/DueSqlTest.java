package dev.carillon.ticker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.PlannedOnce;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The look ahead is planned once, perhaps while the queue is empty (rule 2). */
class DueSqlTest {

  private static final int ROWS = 50_000;
  private static final int MOST = 1_000;

  @Test
  void readsAWindowOfAFullQueueByAPlanThatWasMadeOnAnEmptyOne() {
    try (EngineFixture engine = new EngineFixture();
        PlannedOnce window = new PlannedOnce(engine, DueSql.WINDOW)) {
      Instant now = EngineFixture.REAL.instant();
      engine.execute("vacuum analyze queue");
      window.explain(until(now));
      engine.runs(engine.job("noop"), ROWS, now.minusSeconds(60));

      PlannedOnce.Plan plan = window.explain(until(now));

      assertTrue(plan.isGeneric(), plan.text());
      assertTrue(plan.text().contains("queue_due"), plan.text());
      assertFalse(plan.text().contains("Seq Scan"), plan.text());
      assertFalse(plan.text().contains("queue_by_"), plan.text());
      assertTrue(plan.rowsThrownAway() <= MOST, plan.text());
      assertTrue(plan.pages() <= MOST, plan.text());
    }
  }

  private static Tuple until(Instant now) {
    return Tuple.of(EngineFixture.utc(now.minusSeconds(120)), EngineFixture.utc(now), MOST);
  }
}
