package dev.carillon.time;

import java.time.Instant;
import java.time.ZoneId;

/** CRON. */
public record Cron(String expression) implements Trigger {
  public static Cron parse(String expression) {
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
