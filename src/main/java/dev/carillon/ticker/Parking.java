package dev.carillon.ticker;

import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jboss.logging.Logger;

/** Takes a schedule that cannot be planned out of the others' way, and says so. */
final class Parking {

  private static final Logger LOG = Logger.getLogger(Parking.class);

  private final Pg pg;

  Parking(Pg pg) {
    this.pg = pg;
  }

  /** A schedule that cannot be planned, and why. */
  record Broken(PlanRow row, Throwable problem) {}

  /** One after the other. */
  Uni<Void> park(List<Broken> broken, Instant now) {
    Uni<Void> parked = Uni.createFrom().voidItem();
    for (Broken one : broken) {
      parked = parked.chain(() -> park(one.row, one.problem, now));
    }
    return parked;
  }

  /** Does nothing where it was edited since it was read. */
  Uni<Void> park(PlanRow row, Throwable problem, Instant now) {
    String reason = reason(problem);
    LOG.warnf(
        "tenant=%s schedule=%s key=%s cannot be planned and is parked until it is edited: %s",
        row.tenant(), row.schedule(), row.key(), reason);
    return pg.asEngine(
            LifecycleSql.PARK,
            Tuple.of(row.schedule(), row.revision(), reason, now.atOffset(ZoneOffset.UTC)))
        .replaceWithVoid();
  }

  private static String reason(Throwable problem) {
    return problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
  }
}
