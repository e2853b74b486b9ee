package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.LocalLine.Span;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Local times within a schedule's startAt and endAt, before their dates are adjusted: those of
 * which an instant, were they to fire where they stand, is not before startAt, and one not after
 * endAt.
 *
 * <pre>
 *   none is in │ ask the zone │ all are in │ ask the zone │ none is in
 *           lowest      surelyFrom      surelyTo       highest
 * </pre>
 *
 * The zone has to be asked only where its offset changes near a bound.
 */
final class BoundedNominals implements Nominals {

  /** To ask the zone for an instant takes about so many steps. */
  private static final int STEPS_OF_INSTANT = 10;

  private static final int DAY = 86_400;

  /** Before and after any instant, and far from overflow. */
  private static final long NEVER = Long.MAX_VALUE / 4;

  /** A bound further off bounds nothing, or everything. */
  private static final long EARLIEST = Years.FIRST.getEpochSecond() - DAY;

  private static final long LATEST = Years.LAST.getEpochSecond() + DAY;

  private final Nominals nominals;
  private final ZoneId zone;
  private final Choice choice;

  /** In epoch seconds, inclusive. */
  private final long start;

  private final long end;

  /** In local seconds. */
  private final long lowest;

  private final long surelyFrom;
  private final long surelyTo;
  private final long highest;

  private BoundedNominals(
      Nominals nominals, ZoneId zone, LocalLine line, Choice choice, long start, long end) {
    this.zone = zone;
    this.choice = choice;
    this.start = start;
    this.end = end;
    this.lowest = start + offset(line, start, false);
    this.surelyFrom = start + offset(line, start, true);
    this.surelyTo = end + offset(line, end, false);
    this.highest = end + offset(line, end, true);
    this.nominals = end == NEVER ? nominals : nominals.upTo(highest);
  }

  private BoundedNominals(BoundedNominals all, long last) {
    this.zone = all.zone;
    this.choice = all.choice;
    this.start = all.start;
    this.end = all.end;
    this.lowest = all.lowest;
    this.surelyFrom = all.surelyFrom;
    this.surelyTo = Math.min(all.surelyTo, last);
    this.highest = last;
    this.nominals = all.nominals.upTo(last);
  }

  /**
   * @param nanos a fraction of a second by which each instant is later than its local time
   */
  static Nominals of(Nominals nominals, Timing timing, LocalLine line, Choice choice, int nanos) {
    if (!timing.isBounded()) {
      return nominals;
    }
    Instant from = timing.startAt();
    Instant to = timing.endAt();
    return new BoundedNominals(
        nominals,
        timing.zone(),
        line,
        choice,
        from == null ? -NEVER : whole(from) + (nanos < from.getNano() ? 1 : 0),
        to == null ? NEVER : whole(to) - (nanos > to.getNano() ? 1 : 0));
  }

  private static long whole(Instant instant) {
    return Math.max(EARLIEST, Math.min(LATEST, instant.getEpochSecond()));
  }

  /** The least or greatest offset of those near an instant. */
  private static int offset(LocalLine line, long second, boolean greatest) {
    if (Math.abs(second) == NEVER) {
      return 0;
    }
    Span span = line.at(second - LocalLine.CLOSE);
    int offset = span.offset;
    while (span.end <= second + LocalLine.CLOSE) {
      span = line.after(span);
      offset = greatest ? Math.max(offset, span.offset) : Math.min(offset, span.offset);
    }
    return offset;
  }

  @Override
  public long next(long after, Effort effort) {
    long at = nominals.next(Math.max(after, lowest - 1), effort);
    while (at <= highest && (at < surelyFrom || at > surelyTo) && !isIn(at, effort)) {
      at = nominals.next(at, effort);
    }
    return at > highest ? NONE : at;
  }

  private boolean isIn(long local, Effort effort) {
    effort.steps(STEPS_OF_INSTANT);
    boolean last = choice.overlap() == DstOverlap.LAST;
    boolean both = choice.overlap() == DstOverlap.BOTH;
    return instant(local, last || both) >= start && instant(local, last) <= end;
  }

  private long instant(long local, boolean last) {
    DstOverlap pass = last ? DstOverlap.LAST : DstOverlap.FIRST;
    return LocalFires.instantOf(
            zone,
            LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC),
            new Choice(choice.gap(), pass, false))
        .getEpochSecond();
  }

  @Override
  public Nominals upTo(long last) {
    return last >= highest ? this : new BoundedNominals(this, last);
  }

  @Override
  public boolean admitsAll(long after, long to) {
    return after + 1 >= start && to <= end && nominals.admitsAll(after, to);
  }

  @Override
  public boolean admits(long nominal, long at) {
    return at >= start && at <= end && nominals.admits(nominal, at);
  }

  @Override
  public long count(long after, long to, Effort effort) {
    long from = Math.max(after, surelyFrom - 1);
    long until = Math.min(to, surelyTo);
    long inside = from < until ? nominals.count(from, until, effort) : 0;
    return Nominals.super.count(after, Math.min(to, surelyFrom - 1), effort)
        + inside
        + Nominals.super.count(Math.max(after, Math.max(surelyTo, surelyFrom - 1)), to, effort);
  }

  /** But for those days that a bound cuts. */
  @Override
  public boolean isUniform(long day) {
    return day * DAY >= surelyFrom && (day + 1) * DAY <= surelyTo && nominals.isUniform(day);
  }
}
