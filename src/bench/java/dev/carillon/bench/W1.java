package dev.carillon.bench;

import dev.carillon.bench.Programme.Part;
import dev.carillon.bench.contestant.Pace;
import java.util.Collections;
import java.util.List;

/** Many runs, all due at one instant: how fast are they drained? */
final class W1 {

  static final String NAME = "W1";

  /** For the compiler and the caches: all systems still gain in the third. */
  private static final int WARM_UPS = 3;

  private static final int QUICK_WARM_UPS = 2;

  private W1() {}

  static Programme programme(Options options, Pace pace) {
    Part part = Part.atOnce(options.n() / pace.partOfW1());
    int warmUps = options.quick() ? QUICK_WARM_UPS : WARM_UPS;
    return new Programme(NAME, options.slots(), Collections.nCopies(warmUps, part), List.of(part));
  }
}
