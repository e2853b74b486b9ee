package dev.carillon.time;

import dev.carillon.time.rrule.Wall.Gap;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A zone's wall clock along the line of instants, as spans in which the offset does not change.
 *
 * <pre>
 *  offset o    │ T: the offset changes by d │    offset o + d
 *  ……… calm ───┼── CLOSE ──╎── T ──╎── CLOSE ──┼─── calm ………
 *
 *  gap, d &gt; 0                      overlap, d &lt; 0
 *  wall …T+o │ T+o+d…              wall … T+o │ T+o+d …
 *            ╵ one instant              first pass ╵ second pass
 *  [T+o, T+o+d) does not exist     [T+o+d, T+o) exists twice
 * </pre>
 *
 * In the calm part of a span a local time and its instant differ by the offset and nothing else, no
 * policy matters, and no local time of elsewhere falls in between.
 *
 * <p>The spans from 1900 to 2099 are worked out once per zone and found by one look into a table:
 * {@code ZoneRules} searches and allocates for each question, which would be most of the cost of a
 * fire. Later spans come from the rules each time. A table is at most some 20 kB.
 */
final class LocalLine {

  /**
   * Offsets lie between -18 and +18 hours, so two instants that show one local time, and the two
   * ends of a change, are at most this far apart. In seconds.
   */
  static final long CLOSE = 36 * 3600;

  /** Before the first instant that can be a fire, by more than any look back. */
  private static final long FIRST = Instant.parse("1899-12-01T00:00:00Z").getEpochSecond();

  private static final Instant TABLE_END = Instant.parse("2100-01-01T00:00:00Z");

  /** Buckets of 2^22 s, 48 days: few hold more than one change. */
  private static final int BUCKET_BITS = 22;

  /** Beyond any instant, and far from overflow. */
  private static final long NEVER = Long.MAX_VALUE / 4;

  /** One per zone of the database; fixed offsets need none. */
  private static final Map<String, LocalLine> LINES = new ConcurrentHashMap<>();

  /** A stretch of time in which the offset is the same; all in epoch seconds. */
  static final class Span {

    final long start;
    final long end;
    final int offset;

    /** From here, inclusive, to {@link #calmTo}, exclusive: the calm part; it may be empty. */
    final long calmFrom;

    final long calmTo;
    private final @Nullable Span next;

    private Span(long start, long end, int offset, @Nullable Span next) {
      this.start = start;
      this.end = end;
      this.offset = offset;
      this.calmFrom = start + CLOSE;
      this.calmTo = end - CLOSE;
      this.next = next;
    }

    /** Whether an instant and the second after it lie in the calm part. */
    boolean isCalmAfter(long second) {
      return second >= calmFrom && second < calmTo - 1;
    }

    boolean hasCalm() {
      return calmFrom < calmTo - 1;
    }

    /** Whether the wall shows a local time in this span. */
    boolean shows(long local) {
      long at = local - offset;
      return at >= start && at < end;
    }

    /** The last local time that this span shows. */
    long lastShown() {
      return end + offset - 1;
    }
  }

  private final ZoneRules rules;
  private final Span last;
  private final Span[] buckets;

  private LocalLine(ZoneRules rules) {
    this.rules = rules;
    List<Span> spans = spans(rules);
    this.last = spans.get(spans.size() - 1);
    this.buckets = new Span[last.start < FIRST ? 0 : bucket(last.start) + 1];
    int at = 0;
    for (int i = 0; i < buckets.length; i++) {
      while (spans.get(at).end <= FIRST + ((long) i << BUCKET_BITS)) {
        at++;
      }
      buckets[i] = spans.get(at);
    }
  }

  static LocalLine of(ZoneId zone) {
    ZoneRules rules = zone.getRules();
    if (rules.isFixedOffset()) {
      return new LocalLine(rules);
    }
    LocalLine known = LINES.get(zone.getId());
    if (known == null || known.rules != rules) {
      known = new LocalLine(rules);
      LINES.put(zone.getId(), known);
    }
    return known;
  }

  static LocalLine of(ZoneRules rules) {
    return new LocalLine(rules);
  }

  private static int bucket(long second) {
    return (int) (second - FIRST >> BUCKET_BITS);
  }

  /** From the last to the first, because each knows the next. */
  private static List<Span> spans(ZoneRules rules) {
    List<ZoneOffsetTransition> changes = new ArrayList<>();
    ZoneOffsetTransition change = rules.nextTransition(Instant.ofEpochSecond(FIRST));
    while (change != null && change.getInstant().isBefore(TABLE_END)) {
      changes.add(change);
      change = rules.nextTransition(change.getInstant());
    }
    long end = change == null ? NEVER : change.toEpochSecond();
    List<Span> spans = new ArrayList<>();
    Span next = null;
    for (int i = changes.size(); i > 0; i--) {
      ZoneOffsetTransition start = changes.get(i - 1);
      int offset = start.getOffsetAfter().getTotalSeconds();
      next = new Span(start.toEpochSecond(), end, offset, next);
      spans.add(0, next);
      end = next.start;
    }
    int offset = rules.getOffset(Instant.ofEpochSecond(FIRST)).getTotalSeconds();
    spans.add(0, new Span(-NEVER, end, offset, next));
    return spans;
  }

  /** The span that holds an instant; those before 1900 count into the first one. */
  Span at(long second) {
    if (second >= last.start) {
      return second < last.end ? last : beyondTable(second);
    }
    Span span = buckets[bucket(Math.max(second, FIRST))];
    while (second >= span.end) {
      span = after(span);
    }
    return span;
  }

  /** The span after one that is not the last of all. */
  Span after(Span span) {
    return span.next == null ? beyondTable(span.end) : span.next;
  }

  private Span beyondTable(long second) {
    Instant instant = Instant.ofEpochSecond(second);
    ZoneOffsetTransition start = rules.previousTransition(instant.plusSeconds(1));
    ZoneOffsetTransition end = rules.nextTransition(instant);
    return new Span(
        start == null ? -NEVER : start.toEpochSecond(),
        end == null ? NEVER : end.toEpochSecond(),
        rules.getOffset(instant).getTotalSeconds(),
        null);
  }

  /**
   * The first gap, whether or not a change near it closes it again, that ends after a local time.
   */
  @Nullable Gap gapBehind(long local) {
    Span span = at(local - CLOSE);
    while (span.end < NEVER) {
      Span next = after(span);
      long end = next.start + next.offset;
      if (next.offset > span.offset && end > local) {
        return new Gap(next.start + span.offset, end);
      }
      span = next;
    }
    return null;
  }

  /** Whether the wall ever shows a local time. */
  boolean shows(long local) {
    Span span = at(local - CLOSE);
    while (!span.shows(local)) {
      if (span.end > local + CLOSE) {
        return false;
      }
      span = after(span);
    }
    return true;
  }

  /**
   * The latest local time that the wall has shown up to an instant, in local seconds. In the second
   * pass of an overlap that is the last second of the first pass.
   */
  long highestAt(Instant instant) {
    long second = instant.getEpochSecond();
    Span span = at(second - CLOSE);
    long highest = Math.min(second + span.offset, span.lastShown());
    while (span.end <= second) {
      span = after(span);
      highest = Math.max(highest, Math.min(second + span.offset, span.lastShown()));
    }
    return highest;
  }
}
