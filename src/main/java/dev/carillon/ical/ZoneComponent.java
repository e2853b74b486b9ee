package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A VTIMEZONE (RFC 5545, section 3.6.5): the offsets of a zone as this JVM knows them, from the
 * first instant that is shown on, in the two forms that every reader understands: one offset, or
 * changes that come back each year.
 *
 * <p>Zones that change otherwise (those that keep Ramadan, or any zone in the past) are written by
 * nobody: readers take lists of single changes wrong in many ways, and UTC they do not. {@link
 * #isRegular} tells.
 *
 * <p>What is greater than the zone's standard offset is DAYLIGHT, all else STANDARD; readers take
 * no more from it than the name.
 */
final class ZoneComponent {

  private static final String VTIMEZONE = "VTIMEZONE";
  private static final String STANDARD = "STANDARD";
  private static final String DAYLIGHT = "DAYLIGHT";

  /** When an offset begins that is shown for ever. */
  private static final LocalDateTime EVER = LocalDateTime.of(1970, 1, 1, 0, 0);

  private static final LocalDateTime LONG_BEFORE = LocalDateTime.of(1800, 1, 1, 0, 0);

  private ZoneComponent() {}

  /** Whether from an instant on the zone has one offset, or changes by yearly rules alone. */
  static boolean isRegular(ZoneId zone, Instant from) {
    ZoneRules rules = zone.getRules();
    List<ZoneOffsetTransition> single = rules.getTransitions();
    if (!single.isEmpty() && single.get(single.size() - 1).getInstant().isAfter(from)) {
      return false;
    }
    ZoneOffsetTransition inForce = null;
    for (ZoneOffsetTransitionRule rule : rules.getTransitionRules()) {
      ZoneOffsetTransition last = last(rule, from);
      if (YearlyChange.rrule(rule, last) == null) {
        return false;
      }
      if (inForce == null || last.getInstant().isAfter(inForce.getInstant())) {
        inForce = last;
      }
    }
    return inForce == null || inForce.getOffsetAfter().equals(rules.getOffset(from));
  }

  /**
   * @param zone a regular one
   * @param from the first instant that is shown
   */
  static void write(ContentLines out, ZoneId zone, Instant from) {
    out.begin(VTIMEZONE);
    out.line("TZID", zone.getId());
    out.line("X-LIC-LOCATION", zone.getId());
    List<ZoneOffsetTransitionRule> yearly = zone.getRules().getTransitionRules();
    if (yearly.isEmpty()) {
      ZoneOffset offset = zone.getRules().getOffset(from);
      boolean late = LocalDateTime.ofInstant(from, offset).isAfter(EVER);
      observance(out, STANDARD, late ? EVER : LONG_BEFORE, offset, offset, null);
    }
    for (ZoneOffsetTransitionRule rule : yearly) {
      ZoneOffsetTransition change = last(rule, from);
      ZoneOffset after = change.getOffsetAfter();
      boolean daylight = after.getTotalSeconds() > rule.getStandardOffset().getTotalSeconds();
      observance(
          out,
          daylight ? DAYLIGHT : STANDARD,
          change.getDateTimeBefore(),
          change.getOffsetBefore(),
          after,
          YearlyChange.rrule(rule, change));
    }
    out.end(VTIMEZONE);
  }

  private static void observance(
      ContentLines out,
      String component,
      LocalDateTime start,
      ZoneOffset before,
      ZoneOffset after,
      @Nullable String rrule) {
    out.begin(component);
    out.line("DTSTART", Stamps.local(start));
    out.line("TZOFFSETFROM", Stamps.offset(before));
    out.line("TZOFFSETTO", Stamps.offset(after));
    if (rrule != null) {
      out.line("RRULE", rrule);
    }
    out.end(component);
  }

  /** The latest change by a rule that is not after an instant. */
  private static ZoneOffsetTransition last(ZoneOffsetTransitionRule rule, Instant from) {
    int year = from.atOffset(ZoneOffset.UTC).getYear() + 1;
    ZoneOffsetTransition change = rule.createTransition(year);
    while (change.getInstant().isAfter(from)) {
      change = rule.createTransition(--year);
    }
    return change;
  }
}
