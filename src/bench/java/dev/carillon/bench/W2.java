package dev.carillon.bench;

import dev.carillon.bench.Programme.Part;
import dev.carillon.bench.contestant.Pace;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** A steady stream of runs: how late does each start, and what does it cost? */
final class W2 {

  static final String NAME = "W2";

  private static final int[] PER_SECOND = {200, 1_000};
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /** What Carillon has when nobody says otherwise. */
  static final int SLOTS = 64;

  private W2() {}

  /**
   * Every system is warmed by a burst, which has the compiler finish with what is common to all
   * rounds, and by a stream at the highest of its rates.
   */
  static Programme programme(Options options, Pace pace) {
    int[] rates = IntStream.of(PER_SECOND).filter(rate -> rate <= pace.mostPerSecond()).toArray();
    List<Part> warmUps =
        List.of(
            Part.atOnce(options.n() / pace.partOfW1()),
            Part.stream(rates[rates.length - 1], WARM_UP));
    List<Part> parts =
        IntStream.of(rates).mapToObj(rate -> Part.stream(rate, options.w2Seconds())).toList();
    return new Programme(NAME, SLOTS, warmUps, parts);
  }
}
