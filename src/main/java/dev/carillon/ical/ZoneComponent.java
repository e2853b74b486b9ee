package dev.carillon.ical;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A VTIMEZONE (RFC 5545, section 3.6.5): the offsets of a zone as this JVM knows them, for the time
 * that is shown. It begins with the change that the first instant lives by.
 *
 * <pre>
 *  changes:  … 1980 … 1996 │ every year by a rule …
 *            ──────────────┼────────────────────────
 *  written:  one by one    │ as RRULE, if it can say it; else one by one
 * </pre>
 *
 * What is greater than the zone's standard offset is DAYLIGHT, all else STANDARD; readers take no
 * more from it than the name.
 */
final class ZoneComponent {

  /** How far a yearly change is written out that no RRULE says. */
  private static final Duration LONGEST = Duration.ofDays(20 * 366);

  private static final String VTIMEZONE = "VTIMEZONE";
  private static final String STANDARD = "STANDARD";
  private static final String DAYLIGHT = "DAYLIGHT";

  /** When a zone's offset begins that it had from ever; applications take these two well. */
  private static final LocalDateTime EVER = LocalDateTime.of(1970, 1, 1, 0, 0);

  private static final LocalDateTime LONG_BEFORE = LocalDateTime.of(1800, 1, 1, 0, 0);

  private final ContentLines out;
  private final ZoneRules rules;

  private ZoneComponent(ContentLines out, ZoneRules rules) {
    this.out = out;
    this.rules = rules;
  }

  /**
   * @param from the first instant that is shown
   * @param to the last one; null: there is none
   */
  static void write(ContentLines out, ZoneId zone, Instant from, @Nullable Instant to) {
    out.begin(VTIMEZONE);
    out.line("TZID", zone.getId());
    out.line("X-LIC-LOCATION", zone.getId());
    new ZoneComponent(out, zone.getRules()).observances(from, to);
    out.end(VTIMEZONE);
  }

  private void observances(Instant from, @Nullable Instant to) {
    Instant begin = from;
    ZoneOffsetTransition inForce = rules.previousTransition(from.plusSeconds(1));
    if (inForce == null) {
      fromEver(rules.getOffset(from), from);
    } else {
      begin = inForce.getInstant();
    }
    Instant ruled = ruledAfter();
    oneByOne(changes(begin, to == null || to.isAfter(ruled) ? ruled : to));
    if (to == null || to.isAfter(ruled)) {
      for (ZoneOffsetTransitionRule rule : rules.getTransitionRules()) {
        yearly(rule, begin.isAfter(ruled) ? begin : ruled.plusSeconds(1), to);
      }
    }
  }

  /** The last change that no yearly rule says. */
  private Instant ruledAfter() {
    List<ZoneOffsetTransition> single = rules.getTransitions();
    return single.isEmpty() ? Instant.MIN : single.get(single.size() - 1).getInstant();
  }

  private List<ZoneOffsetTransition> changes(Instant from, Instant to) {
    List<ZoneOffsetTransition> changes = new ArrayList<>();
    for (ZoneOffsetTransition change : rules.getTransitions()) {
      if (!change.getInstant().isBefore(from) && !change.getInstant().isAfter(to)) {
        changes.add(change);
      }
    }
    return changes;
  }

  private void fromEver(ZoneOffset offset, Instant from) {
    LocalDateTime start = LocalDateTime.ofInstant(from, offset).isBefore(EVER) ? LONG_BEFORE : EVER;
    out.begin(STANDARD);
    offsets(start, offset, offset);
    out.end(STANDARD);
  }

  /** A change from one offset to another, whenever it happens. */
  private record Kind(String component, ZoneOffset before, ZoneOffset after) {}

  private Kind kind(ZoneOffsetTransition change) {
    ZoneOffset standard = rules.getStandardOffset(change.getInstant());
    boolean daylight = change.getOffsetAfter().getTotalSeconds() > standard.getTotalSeconds();
    return new Kind(
        daylight ? DAYLIGHT : STANDARD, change.getOffsetBefore(), change.getOffsetAfter());
  }

  private void oneByOne(List<ZoneOffsetTransition> changes) {
    Map<Kind, List<ZoneOffsetTransition>> kinds =
        changes.stream()
            .collect(Collectors.groupingBy(this::kind, LinkedHashMap::new, Collectors.toList()));
    kinds.forEach(
        (kind, alike) -> {
          out.begin(kind.component);
          offsets(alike.get(0).getDateTimeBefore(), kind.before, kind.after);
          if (alike.size() > 1) {
            out.line(
                "RDATE",
                alike.stream()
                    .skip(1)
                    .map(change -> Stamps.local(change.getDateTimeBefore()))
                    .collect(Collectors.joining(",")));
          }
          out.end(kind.component);
        });
  }

  private void yearly(ZoneOffsetTransitionRule rule, Instant from, @Nullable Instant to) {
    int year = from.atOffset(ZoneOffset.UTC).getYear() - 1;
    ZoneOffsetTransition first = rule.createTransition(year);
    while (first.getInstant().isBefore(from)) {
      first = rule.createTransition(++year);
    }
    String rrule = YearlyChange.rrule(rule, first);
    if (rrule == null) {
      oneByOne(each(rule, year, to == null ? from.plus(LONGEST) : to));
      return;
    }
    Kind kind = kind(first);
    out.begin(kind.component);
    offsets(first.getDateTimeBefore(), kind.before, kind.after);
    out.line("RRULE", rrule);
    out.end(kind.component);
  }

  private static List<ZoneOffsetTransition> each(
      ZoneOffsetTransitionRule rule, int firstYear, Instant to) {
    List<ZoneOffsetTransition> each = new ArrayList<>();
    int year = firstYear;
    for (ZoneOffsetTransition change = rule.createTransition(year);
        !change.getInstant().isAfter(to);
        change = rule.createTransition(++year)) {
      each.add(change);
    }
    return each;
  }

  private void offsets(LocalDateTime start, ZoneOffset before, ZoneOffset after) {
    out.line("DTSTART", Stamps.local(start));
    out.line("TZOFFSETFROM", Stamps.offset(before));
    out.line("TZOFFSETTO", Stamps.offset(after));
  }
}
