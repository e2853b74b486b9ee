package dev.carillon.bench.next;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One contestant with one pattern, ready to be asked.
 *
 * @param <T> what the contestant asks with and answers in
 */
final class Question<T extends Comparable<? super T>> {

  static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
  static final Instant TO = Instant.parse("2040-01-01T00:00:00Z");

  /** So many that no branch predictor learns them. */
  private static final int INSTANTS = 1 << 14;

  private final T[] instants;
  private final T start;
  private final T end;
  private final UnaryOperator<@Nullable T> next;
  private int index;
  private @Nullable T at;

  /**
   * @param next the first fire strictly after; null: none any more
   */
  Question(Function<Instant, T> type, IntFunction<T[]> array, UnaryOperator<@Nullable T> next) {
    Random random = new Random(2_026);
    long seconds = TO.getEpochSecond() - FROM.getEpochSecond();
    this.instants =
        IntStream.range(0, INSTANTS)
            .mapToObj(i -> type.apply(FROM.plusSeconds((long) (random.nextDouble() * seconds))))
            .toArray(array);
    this.start = type.apply(FROM);
    this.end = type.apply(TO);
    this.next = next;
  }

  @Nullable T random() {
    return next.apply(instants[index++ & INSTANTS - 1]);
  }

  /** From the fire before; begins anew behind the year 2040, and behind the last one. */
  @Nullable T walk() {
    T fire = next.apply(at == null ? start : at);
    at = fire == null || fire.compareTo(end) > 0 ? null : fire;
    return fire;
  }
}
