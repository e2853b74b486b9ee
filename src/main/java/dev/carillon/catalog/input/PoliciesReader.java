package dev.carillon.catalog.input;

import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.MisfireRule;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.calendar.Convention;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads what a schedule chooses besides its trigger, its zone and what it runs. */
final class PoliciesReader {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST_JITTER = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(366);
  static final int LONGEST_NOTE = 2_000;
  static final String NOTE_EXAMPLE = "Paused while billing moves house";

  private PoliciesReader() {}

  static SchedulePolicies read(Fields fields) {
    Instant startAt = fields.instant("startAt");
    Instant endAt = fields.instant("endAt");
    if (startAt != null && endAt != null && endAt.isBefore(startAt)) {
      fields.wrong("endAt", "lies before startAt", startAt.plus(Duration.ofDays(365)).toString());
    }
    Integer maxRuns = fields.integer("maxRuns", 1, Integer.MAX_VALUE);
    Duration jitter = fields.duration("jitter", Duration.ZERO, LONGEST_JITTER, "PT5M");
    Duration window = fields.duration("window", SHORTEST, LONGEST, "PT15M");
    return new SchedulePolicies(
        startAt,
        endAt,
        maxRuns,
        jitter == null || jitter.isZero() ? null : jitter,
        window,
        calendar(fields, "calendar"),
        calendar(fields, "excludeCalendar"),
        convention(fields),
        misfire(fields),
        or(fields.choice("overlapPolicy", OverlapPolicy.class), OverlapPolicy.ALLOW_ALL),
        fields.integer("pauseAfterFailures", 1, Integer.MAX_VALUE),
        or(fields.flag("deleteAfterCompletion"), false),
        fields.text("note", LONGEST_NOTE, NOTE_EXAMPLE));
  }

  private static @Nullable String calendar(Fields fields, String name) {
    return fields.key(name, "DE");
  }

  private static @Nullable Convention convention(Fields fields) {
    Convention convention = fields.choice("convention", Convention.class);
    if (convention != null && !fields.has("calendar") && !fields.has("excludeCalendar")) {
      return fields.wrong(
          "convention",
          "says what becomes of days that a calendar leaves out, and there is no calendar; add one"
              + " or leave the convention out",
          "\"calendar\":\"DE\"");
    }
    return convention;
  }

  private static MisfireRule misfire(Fields fields) {
    MisfireRule usual = MisfireRule.DEFAULT;
    MisfirePolicy policy = fields.choice("misfirePolicy", MisfirePolicy.class);
    Duration grace = fields.duration("misfireGrace", Duration.ZERO, LONGEST, "PT1M");
    Duration window = fields.duration("catchUpWindow", Duration.ZERO, LONGEST, "P1D");
    return new MisfireRule(
        or(policy, usual.policy()), or(grace, usual.grace()), or(window, usual.catchUpWindow()));
  }

  private static <T> T or(@Nullable T value, T absent) {
    return value == null ? absent : value;
  }
}
