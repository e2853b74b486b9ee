package dev.carillon.pg;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The engine's time: this process's monotonic clock, set by the database's. Where processes must
 * agree the database decides; what a wall clock says is not believed.
 *
 * <p>Two things make it doubtful, and until a measurement agrees with the last one again {@link
 * #isSteady()} is false, nobody plans by it and nobody claims by it:
 *
 * <ul>
 *   <li>a measurement that disagrees with the last by more than a second: the database's clock was
 *       set, or ours stood still unseen;
 *   <li>since the last measurement this machine's monotonic and wall clocks have moved apart by
 *       more than a second: one of them jumped (the machine was asleep or moved, or somebody set
 *       the clock), and it may be the one that we go by. Every reading looks, so none of a jumped
 *       clock passes as steady: read the instant first, then ask.
 * </ul>
 */
public final class DatabaseClock implements InstantSource {

  /** How far the offset may move between two measurements before it counts as a jump. */
  static final Duration JUMP = Duration.ofSeconds(1);

  /**
   * The moment of an answer lies somewhere in its round trip; half of this is how wrong it may be.
   */
  private static final long COARSE_NANOS = Duration.ofMillis(20).toNanos();

  private static final Logger LOG = Logger.getLogger(DatabaseClock.class);
  private static final String DATABASE_NOW = "select clock_timestamp()";

  private final Pg pg;
  private final LongSupplier nanos;
  private final LongSupplier wallMillis;
  private volatile Reading reading = Reading.NONE;
  private volatile Runnable doubtful = () -> {};

  /**
   * @param nanos the monotonic clock to go by
   * @param wallMillis the wall clock that watches over it
   */
  public DatabaseClock(Pg pg, LongSupplier nanos, LongSupplier wallMillis) {
    this.pg = pg;
    this.nanos = nanos;
    this.wallMillis = wallMillis;
  }

  /**
   * The database's time by our monotonic clock, to the microsecond.
   *
   * @throws IllegalStateException before the first measurement
   */
  @Override
  public Instant instant() {
    Reading current = reading;
    long now = nanos.getAsLong();
    if (current.steady && current.apart(now, wallMillis.getAsLong()).compareTo(JUMP) > 0) {
      doubt(current);
    }
    return current.at(now);
  }

  /**
   * Whether the last instant that was read may be gone by: false from a jump, here or in the
   * database, to the measurement that agrees with the one before it.
   */
  public boolean isSteady() {
    return reading.steady;
  }

  /** The same of any clock: one that is not the database's is its owner's to answer for. */
  public static boolean isSteady(InstantSource clock) {
    return !(clock instanceof DatabaseClock database) || database.isSteady();
  }

  /** Told, on any thread, when there is need of a measurement now. */
  public void onDoubt(Runnable measure) {
    doubtful = measure;
  }

  private void doubt(Reading jumped) {
    synchronized (this) {
      if (reading != jumped) {
        return;
      }
      reading = new Reading(jumped.instant, jumped.nanos, jumped.wallMillis, false);
    }
    LOG.warn(
        "this machine's clocks have moved apart by more than a second since the database's was"
            + " measured; nothing is planned or claimed here until it is measured again");
    doubtful.run();
  }

  /** Asks the database what time it is and sets the clock by the answer. */
  public Uni<Void> measure() {
    long asked = nanos.getAsLong();
    return pg.asEngine(DATABASE_NOW, Tuple.tuple())
        .map(rows -> rows.iterator().next().getOffsetDateTime(0))
        .invoke(answer -> take(answer, asked, nanos.getAsLong()))
        .replaceWithVoid();
  }

  private synchronized void take(OffsetDateTime answer, long asked, long answered) {
    long middle = asked + (answered - asked) / 2;
    Reading last = reading;
    if (last.steady && answered - asked > COARSE_NANOS) {
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
    reading =
        new Reading(
            measured,
            middle,
            wallMillis.getAsLong() - Duration.ofNanos(nanos.getAsLong() - middle).toMillis(),
            !jumped);
  }

  /** What the database's clock showed when ours showed these. */
  private record Reading(Instant instant, long nanos, long wallMillis, boolean steady) {

    static final Reading NONE = new Reading(Instant.EPOCH, 0, 0, false);

    /** By how much the two clocks of this machine disagree on how long ago it was. */
    Duration apart(long now, long nowWallMillis) {
      return Duration.ofNanos(now - nanos).minusMillis(nowWallMillis - wallMillis).abs();
    }

    Instant at(long now) {
      if (this == NONE) {
        throw new IllegalStateException("the database's clock has not been measured yet");
      }
      Instant exact = instant.plusNanos(now - nanos);
      return exact.minusNanos(exact.getNano() % 1_000);
    }
  }
}
