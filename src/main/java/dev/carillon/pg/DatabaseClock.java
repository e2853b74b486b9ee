package dev.carillon.pg;

import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import org.jboss.logging.Logger;

/**
 * The engine's time: this process's monotonic clock, set by the database's. Where processes must
 * agree the database decides, and a wall clock that somebody turns is not asked at all.
 *
 * <p>One measurement that disagrees with the last by more than a second may be a stepping clock:
 * until the next agrees with it, {@link #isSteady()} is false and a leader does not plan.
 */
@Singleton
@DefaultBean
public class DatabaseClock implements InstantSource {

  /** How far the offset may move between two measurements before it counts as a jump. */
  static final Duration JUMP = Duration.ofSeconds(1);

  /**
   * The moment of an answer lies somewhere in its round trip; half of this is how wrong it may be.
   */
  private static final long COARSE_NANOS = Duration.ofMillis(20).toNanos();

  private static final Logger LOG = Logger.getLogger(DatabaseClock.class);
  private static final String DATABASE_NOW = "select clock_timestamp()";

  private final Pg pg;
  private volatile Reading reading = Reading.NONE;

  DatabaseClock(Pg pg) {
    this.pg = pg;
  }

  /**
   * The database's time by our monotonic clock, to the microsecond.
   *
   * @throws IllegalStateException before the first measurement
   */
  @Override
  public Instant instant() {
    return reading.at(System.nanoTime());
  }

  /** False between a jump of the database's clock and the measurement that confirms it. */
  public boolean isSteady() {
    return reading.steady;
  }

  /** Asks the database what time it is and sets the clock by the answer. */
  public Uni<Void> measure() {
    long asked = System.nanoTime();
    return pg.asEngine(DATABASE_NOW, Tuple.tuple())
        .map(rows -> rows.iterator().next().getOffsetDateTime(0))
        .invoke(answer -> take(answer, asked, System.nanoTime()))
        .replaceWithVoid();
  }

  private synchronized void take(OffsetDateTime answer, long asked, long answered) {
    long middle = asked + (answered - asked) / 2;
    Reading last = reading;
    if (last != Reading.NONE && answered - asked > COARSE_NANOS) {
      // It waited for a connection, or the machine is busy: what is known is better.
      return;
    }
    Instant measured = answer.toInstant();
    boolean jumped =
        last != Reading.NONE
            && Duration.between(last.at(middle), measured).abs().compareTo(JUMP) > 0;
    if (jumped) {
      LOG.warnf(
          "the database's clock moved from %s to %s; not leading until it is measured again",
          last.at(middle), measured);
    }
    reading = new Reading(measured, middle, !jumped);
  }

  private record Reading(Instant instant, long nanos, boolean steady) {

    static final Reading NONE = new Reading(Instant.EPOCH, 0, false);

    Instant at(long now) {
      if (this == NONE) {
        throw new IllegalStateException("the database's clock has not been measured yet");
      }
      Instant exact = instant.plusNanos(now - nanos);
      return exact.minusNanos(exact.getNano() % 1_000);
    }
  }
}
