package dev.carillon.pg;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Runs that came up nearer than the ticker's look-ahead, as the payload of a {@link
 * Notices.Channel#DUE} notice: a line each, {@code id dueMicros priority tenant queue}. It carries
 * what a due event needs, so that the ticker reads nothing.
 */
public record DueNotice(UUID run, Instant due, int priority, String tenant, String queue) {

  /** PostgreSQL refuses payloads of 8,000 bytes and more. */
  private static final int MOST_BYTES = 7_900;

  /** As few payloads as hold all of them. */
  public static List<String> payloads(List<DueNotice> notices) {
    List<String> payloads = new ArrayList<>();
    StringBuilder payload = new StringBuilder();
    for (DueNotice notice : notices) {
      String line = notice.line();
      if (payload.length() + line.length() > MOST_BYTES) {
        payloads.add(payload.toString());
        payload.setLength(0);
      }
      payload.append(line);
    }
    if (!payload.isEmpty()) {
      payloads.add(payload.toString());
    }
    return payloads;
  }

  /**
   * Reads a payload; a line that is not one of ours is left out, its run is found by the
   * reconciler.
   */
  public static List<DueNotice> parse(String payload) {
    return payload
        .lines()
        .map(line -> line.split(" "))
        .filter(p -> p.length == 5)
        .map(DueNotice::of)
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<DueNotice> of(String[] parts) {
    try {
      long micros = Long.parseLong(parts[1]);
      return Optional.of(
          new DueNotice(
              UUID.fromString(parts[0]),
              Instant.ofEpochSecond(
                  Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000),
              Integer.parseInt(parts[2]),
              parts[3],
              parts[4]));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private String line() {
    long micros = due.getEpochSecond() * 1_000_000L + due.getNano() / 1_000;
    return run + " " + micros + " " + priority + " " + tenant + " " + queue + "\n";
  }
}
