package dev.carillon.time;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A zone's wall clock against the line of instants: the one place where a local time that does not
 * exist, or exists twice, becomes an instant.
 *
 * <pre>
 *  gap of length d at T            overlap of length d at T
 *  wall …T │ T+d…                  wall …T │ T-d … T │ T…
 *          ╵ one instant                first pass ╵ second pass
 *  [T, T+d) does not exist         [T-d, T) exists twice
 * </pre>
 */
final class LocalLine {

  /** A nominal local time as an instant, and whether the zone moved it or it had to be chosen. */
  record Reading(Instant at, @Nullable Moved moved) {

    Fire in(ZoneId zone) {
      return moved == null ? Fire.at(at, zone) : Fire.at(at, zone, moved);
    }
  }

  private final ZoneId zone;
  private final ZoneRules rules;

  LocalLine(ZoneId zone) {
    this.zone = zone;
    this.rules = zone.getRules();
  }

  ZoneId zone() {
    return zone;
  }

  ZoneRules rules() {
    return rules;
  }

  /** What the wall shows at an instant, as seconds since 1970-01-01T00:00 local; nanos dropped. */
  long secondsAt(Instant instant) {
    return instant.getEpochSecond() + rules.getOffset(instant).getTotalSeconds();
  }

  /**
   * The latest wall time that was reached up to an instant, in seconds as {@link #secondsAt}. It
   * differs from that only in the second pass of an overlap, where it is the last second of the
   * first pass: whatever fires once in an overlap has fired by then.
   */
  long highestSecondsAt(Instant instant) {
    long seconds = secondsAt(instant);
    ZoneOffsetTransition overlap = rules.getTransition(ofSeconds(seconds));
    boolean secondPass =
        overlap != null && overlap.isOverlap() && !instant.isBefore(overlap.getInstant());
    return secondPass ? toSeconds(overlap.getDateTimeBefore()) - 1 : seconds;
  }

  /**
   * The gap that a nominal local time lies in.
   *
   * @return null when the local time exists
   */
  @Nullable ZoneOffsetTransition gapAt(LocalDateTime nominal) {
    ZoneOffsetTransition transition = rules.getTransition(nominal);
    return transition != null && transition.isGap() ? transition : null;
  }

  /** FIRE_AT_GAP_END: in a gap, the instant at which it ends; in an overlap, the first pass. */
  Reading atGapEnd(LocalDateTime nominal) {
    List<ZoneOffset> offsets = rules.getValidOffsets(nominal);
    return offsets.isEmpty()
        ? new Reading(rules.getTransition(nominal).getInstant(), Moved.DST_GAP)
        : existing(nominal, offsets);
  }

  /** SHIFT_BY_GAP: in a gap, read with the offset from before it; in an overlap, the first pass. */
  Reading shiftedByGap(LocalDateTime nominal) {
    List<ZoneOffset> offsets = rules.getValidOffsets(nominal);
    if (!offsets.isEmpty()) {
      return existing(nominal, offsets);
    }
    ZoneOffset before = rules.getTransition(nominal).getOffsetBefore();
    return new Reading(nominal.toInstant(before), Moved.DST_GAP);
  }

  private static Reading existing(LocalDateTime nominal, List<ZoneOffset> offsets) {
    Instant firstPass = nominal.toInstant(offsets.get(0));
    return new Reading(firstPass, offsets.size() > 1 ? Moved.DST_OVERLAP : null);
  }

  static long toSeconds(LocalDateTime local) {
    return local.toEpochSecond(ZoneOffset.UTC);
  }

  static LocalDateTime ofSeconds(long seconds) {
    return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
  }
}
