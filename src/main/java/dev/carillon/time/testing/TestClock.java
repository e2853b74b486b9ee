package dev.carillon.time.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock for tests: it stands still until it is set or advanced. Thread-safe; concurrent advances
 * add up.
 */
public final class TestClock implements InstantSource {

  private final AtomicReference<Instant> now;

  private TestClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  /** A clock that stands at an instant. */
  public static TestClock at(Instant start) {
    return new TestClock(start);
  }

  /**
   * @param start an instant in ISO form, such as {@code 2026-01-01T00:00:00Z}
   * @throws java.time.format.DateTimeParseException when it is not one
   */
  public static TestClock at(String start) {
    return at(Instant.parse(start));
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Sets the clock, forward or back. */
  public void set(Instant instant) {
    now.set(instant);
  }

  /**
   * Moves the clock by a duration; a negative one moves it back, as a stepped clock would.
   *
   * @return the new reading
   */
  public Instant advance(Duration by) {
    return now.updateAndGet(instant -> instant.plus(by));
  }
}
