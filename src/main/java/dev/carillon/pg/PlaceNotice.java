package dev.carillon.pg;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Schedules whose runs wait for each other and among which something has changed: one ended, or one
 * came to wait. The payload of a {@link Notices.Channel#PLACE} notice, an id a line.
 */
public final class PlaceNotice {

  /** 37 bytes each; PostgreSQL refuses payloads of 8,000 bytes and more. */
  private static final int MOST_IDS = 200;

  private PlaceNotice() {}

  /** As few payloads as hold all of them. */
  public static List<String> payloads(Collection<UUID> schedules) {
    List<UUID> ids = List.copyOf(schedules);
    List<String> payloads = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += MOST_IDS) {
      StringBuilder payload = new StringBuilder();
      ids.subList(from, Math.min(from + MOST_IDS, ids.size()))
          .forEach(id -> payload.append(id).append('\n'));
      payloads.add(payload.toString());
    }
    return payloads;
  }

  /** Reads a payload; a line that is none of ours is left out. */
  public static List<UUID> parse(String payload) {
    return payload.lines().map(PlaceNotice::id).flatMap(Optional::stream).toList();
  }

  private static Optional<UUID> id(String line) {
    try {
      return Optional.of(UUID.fromString(line));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
