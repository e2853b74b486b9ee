package dev.carillon.time;

import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.DayOff;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What adjusted fires are, said as plainly as possible: each nominal time is moved by itself, day
 * by day, and turned into instants by java.time.
 */
final class AdjustmentDefinition {

  /** No run of days off of a calendar under test is longer. */
  private static final int FAR = 800;

  private AdjustmentDefinition() {}

  /** A date by a convention; null: it is left out. */
  static @Nullable LocalDate adjusted(LocalDate date, BusinessDays days, Convention convention) {
    if (convention == Convention.UNADJUSTED || days.isBusinessDay(date)) {
      return date;
    }
    LocalDate next = date;
    LocalDate past = date;
    for (int i = 0; i < FAR && !days.isBusinessDay(next); i++) {
      next = next.plusDays(1);
    }
    for (int i = 0; i < FAR && !days.isBusinessDay(past); i++) {
      past = past.minusDays(1);
    }
    YearMonth month = YearMonth.from(date);
    return switch (convention) {
      case UNADJUSTED, SKIP -> null;
      case FOLLOWING -> next;
      case PRECEDING -> past;
      case MODIFIED_FOLLOWING -> YearMonth.from(next).equals(month) ? next : past;
      case MODIFIED_PRECEDING -> YearMonth.from(past).equals(month) ? past : next;
      case NEAREST ->
          next.toEpochDay() - date.toEpochDay() <= date.toEpochDay() - past.toEpochDay()
              ? next
              : past;
    };
  }

  /** The fires of nominal local times, with what moved them. */
  static NavigableMap<Instant, Set<Moved>> ofLocals(
      List<LocalDateTime> nominals, Timing timing, DstGap gap, DstOverlap overlap, boolean marks) {
    TreeMap<LocalDateTime, Set<Moved>> locals = new TreeMap<>();
    for (LocalDateTime nominal : nominals) {
      LocalDate date = nominal.toLocalDate();
      LocalDate target = adjusted(date, timing.days(), timing.convention());
      if (target != null) {
        LocalDateTime local = target.atTime(nominal.toLocalTime());
        add(locals, local, target.equals(date) ? null : reason(date, timing.days()));
      }
    }
    TreeMap<Instant, Set<Moved>> fires = new TreeMap<>();
    // Those that the wall shows come first, for they count where a gap's end is the same instant.
    for (boolean shown : new boolean[] {true, false}) {
      locals.forEach(
          (local, moved) -> {
            if (shown != timing.zone().getRules().getValidOffsets(local).isEmpty()) {
              resolve(local, moved, timing.zone(), gap, overlap, marks, fires);
            }
          });
    }
    return fires;
  }

  /** The fires of nominal instants, with what moved them. */
  static NavigableMap<Instant, Set<Moved>> ofInstants(
      List<Instant> nominals, Timing timing, DstGap gap, DstOverlap overlap) {
    ZoneId zone = timing.zone();
    List<LocalDateTime> off =
        nominals.stream()
            .map(at -> LocalDateTime.ofInstant(at, zone))
            .filter(local -> !timing.days().isBusinessDay(local.toLocalDate()))
            .toList();
    NavigableMap<Instant, Set<Moved>> fires = ofLocals(off, timing, gap, overlap, true);
    nominals.stream()
        .filter(at -> timing.days().isBusinessDay(LocalDate.ofInstant(at, zone)))
        .forEach(at -> fires.put(at, Set.of()));
    return fires;
  }

  private static Moved reason(LocalDate date, BusinessDays days) {
    return days.dayOff(date) == DayOff.HOLIDAY ? Moved.HOLIDAY : Moved.WEEKEND;
  }

  private static void add(
      TreeMap<LocalDateTime, Set<Moved>> locals, LocalDateTime local, @Nullable Moved moved) {
    Set<Moved> known = locals.get(local);
    if (moved == null || known != null && known.isEmpty()) {
      locals.put(local, EnumSet.noneOf(Moved.class));
    } else {
      locals.computeIfAbsent(local, none -> EnumSet.noneOf(Moved.class)).add(moved);
    }
  }

  private static void resolve(
      LocalDateTime local,
      Set<Moved> moved,
      ZoneId zone,
      DstGap gap,
      DstOverlap overlap,
      boolean marks,
      TreeMap<Instant, Set<Moved>> fires) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      var change = zone.getRules().getTransition(local);
      if (gap != DstGap.SKIP) {
        Instant at =
            gap == DstGap.FIRE_AT_GAP_END
                ? change.getInstant()
                : local.toInstant(change.getOffsetBefore());
        fires.putIfAbsent(at, with(moved, Moved.DST_GAP));
      }
      return;
    }
    for (int i = 0; i < offsets.size(); i++) {
      boolean first = i == 0 && overlap != DstOverlap.LAST;
      boolean last = i == offsets.size() - 1 && overlap != DstOverlap.FIRST;
      if (first || last) {
        boolean twice = offsets.size() > 1 && marks;
        fires.putIfAbsent(
            local.toInstant(offsets.get(i)), twice ? with(moved, Moved.DST_OVERLAP) : moved);
      }
    }
  }

  private static Set<Moved> with(Set<Moved> moved, Moved reason) {
    Set<Moved> all = EnumSet.of(reason);
    all.addAll(moved);
    return all;
  }
}
