package dev.carillon.time.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock for tests: it stands still until it is set or advanced. Thread-safe; concurrent advances
 * add up. Give it to whatever takes an {@link InstantSource}:
 *
 * <pre>{@code
 * TestClock clock = TestClock.at("2026-10-25T00:30:00Z");
 * Invoices invoices = new Invoices(clock);      // your own class, which asks clock.instant()
 *
 * clock.advance(Duration.ofDays(30));
 * assertTrue(invoices.areOverdue());
 * }</pre>
 *
 * Where a {@code java.time.Clock} is wanted, {@code clock.withZone(zone)} is one; it moves along.
 */
public final class TestClock implements InstantSource {

  private final AtomicReference<Instant> now;

  private TestClock(Instant start) {
    now = new AtomicReference<>(Objects.requireNonNull(start, "start"));
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
    now.set(Objects.requireNonNull(instant, "instant"));
  }

  /** As {@link #set(Instant)}, from text such as {@code 2026-01-01T00:00:00Z}. */
  public void set(String instant) {
    set(Instant.parse(instant));
  }

  /**
   * Moves the clock by a duration; a negative one moves it back, as a stepped clock would.
   *
   * @return the new reading
   */
  public Instant advance(Duration by) {
    return now.updateAndGet(instant -> instant.plus(by));
  }

  /** What the clock shows, for the message of a failed test. */
  @Override
  public String toString() {
    return "TestClock[" + instant() + "]";
  }
}
