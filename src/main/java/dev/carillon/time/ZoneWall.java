package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.rrule.Wall;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A zone's wall clock as a recurrence sees it, under a schedule's choice. */
record ZoneWall(ZoneId zone, LocalLine line, Choice choice) implements Wall {

  @Override
  public long highestAt(Instant instant) {
    return line.highestAt(instant);
  }

  @Override
  public Instant instantOf(long local) {
    return LocalFires.instantOf(
        zone, LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC), choice);
  }

  @Override
  public @Nullable Gap uncounted(long local) {
    return choice.gap() == DstGap.SKIP ? line.gapBehind(local) : null;
  }

  @Override
  public boolean shows(long local) {
    return line.shows(local);
  }
}
