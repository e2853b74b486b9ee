package dev.carillon.time;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** RRULE. */
public record Rrule(String text) implements Trigger {
  public static Rrule parse(
      String rrule, String dtstart, List<String> rdate, List<String> exdate, List<String> exrule) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public Fires in(ZoneId zone, Instant anchor) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public String describe() {
    throw new UnsupportedOperationException("not yet");
  }
}
