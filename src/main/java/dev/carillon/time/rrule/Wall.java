package dev.carillon.time.rrule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a recurrence has to know of its zone's wall clock. Local times are seconds since
 * 1970-01-01T00:00 on the wall.
 */
public interface Wall {

  /**
   * A stretch of local times that the wall jumps over.
   *
   * @param from inclusive
   * @param to exclusive
   */
  record Gap(long from, long to) {

    public Gap {
      if (from >= to) {
        throw new IllegalArgumentException("a gap from " + from + " to " + to + " is empty");
      }
    }
  }

  /** Local time and UTC are one: good enough to tell whether a rule ever matches. */
  Wall UTC =
      new Wall() {
        @Override
        public long highestAt(Instant instant) {
          return instant.getEpochSecond();
        }

        @Override
        public Instant instantOf(long local) {
          return Instant.ofEpochSecond(local);
        }

        @Override
        public @Nullable Gap uncounted(long local) {
          return null;
        }

        @Override
        public boolean shows(long local) {
          return true;
        }
      };

  /** The latest local time that the wall has shown up to an instant. */
  long highestAt(Instant instant);

  /** The one instant of a local time, also of one that does not exist. */
  Instant instantOf(long local);

  /**
   * The first gap, which may be closed again by a change near it, that ends after a local time;
   * null when there is none any more, or when COUNT counts what lies in a gap.
   */
  @Nullable Gap uncounted(long local);

  /** Whether the wall ever shows a local time. */
  boolean shows(long local);
}
