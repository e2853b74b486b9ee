package dev.carillon.time;

import dev.carillon.time.text.Phrases;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads time zones: names of the IANA database as the JDK has it, and UTC. */
public final class Zones {

  private static final String FIELD = "timezone";
  private static final String EXAMPLE = "Europe/Berlin";
  private static final int MAX_LENGTH = 64;
  private static final int SUGGESTIONS = 3;

  /** More than half a name wrong is another name. */
  private static final int MAX_DISTANCE = 8;

  private Zones() {}

  /**
   * @param id a name such as {@code Europe/Berlin} or {@code UTC}, in exactly this case; fixed
   *     offsets are refused, because they know no daylight-saving time
   * @throws InvalidTrigger naming the field {@code timezone}; for an unknown name the message names
   *     the nearest existing ones
   */
  public static ZoneId parse(String id) {
    String name = id.strip();
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      throw refused("a time zone is a name of the IANA database, 1 to 64 characters", EXAMPLE);
    }
    if (isKnown(name)) {
      return ZoneId.of(name);
    }
    if (name.matches("(?i)z|(utc|gmt|ut)?[+-][0-9:]+")) {
      throw refused(
          Phrases.quoted(name)
              + " is a fixed offset, which knows no daylight-saving time; name a zone, or UTC",
          name.equalsIgnoreCase("z") ? "UTC" : EXAMPLE);
    }
    List<String> nearest = nearest(name);
    String hint = nearest.isEmpty() ? "" : "; the nearest are " + Phrases.list(nearest, "and");
    throw refused(
        "there is no time zone " + Phrases.quoted(name) + hint,
        nearest.isEmpty() ? EXAMPLE : nearest.get(0));
  }

  /**
   * The names of the tzdb only: the JDK also offers SystemV zones, and Java's own offset forms,
   * both of which exist nowhere else.
   */
  private static boolean isKnown(String name) {
    return available().contains(name) && !name.startsWith("SystemV/");
  }

  private static Set<String> available() {
    return ZoneRulesProvider.getAvailableZoneIds();
  }

  private static InvalidTrigger refused(String message, String example) {
    return new InvalidTrigger(FIELD, 0, message, example);
  }

  private record Candidate(String id, int distance) {}

  private static List<String> nearest(String wrong) {
    String sought = wrong.toLowerCase(Locale.ROOT).replace(' ', '_');
    List<Candidate> candidates = new ArrayList<>();
    for (String id : available()) {
      if (isKnown(id)) {
        int distance = distance(sought, id);
        if (distance <= Math.min(MAX_DISTANCE, Math.max(2, sought.length() / 2))) {
          candidates.add(new Candidate(id, distance));
        }
      }
    }
    candidates.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::id));
    return candidates.stream().limit(SUGGESTIONS).map(Candidate::id).toList();
  }

  /** The better of the whole name and the city alone: people write {@code Berlin}. */
  private static int distance(String sought, String id) {
    String lower = id.toLowerCase(Locale.ROOT);
    String city = lower.substring(lower.lastIndexOf('/') + 1);
    String soughtCity = sought.substring(sought.lastIndexOf('/') + 1);
    int byCity = edits(soughtCity, city) + (sought.equals(soughtCity) ? 0 : 1);
    return Math.min(edits(sought, lower), byCity);
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
