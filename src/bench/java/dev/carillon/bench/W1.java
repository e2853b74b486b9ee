package dev.carillon.bench;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Many runs, all due at one instant: how fast are they drained? */
final class W1 {

  private static final int WARM_UPS = 3;

  private final Options options;
  private final Postgres postgres;
  private final Rounds rounds;
  private final Path folder;

  W1(Options options, Postgres postgres, Rounds rounds, Path folder) {
    this.options = options;
    this.postgres = postgres;
    this.rounds = rounds;
    this.folder = folder;
  }

  List<Measurement> play() throws SQLException {
    List<Measurement> measured = new ArrayList<>();
    if (options.measures(CarillonUnderTest.NAME)) {
      try (Contestant carillon =
          CarillonUnderTest.start(
              postgres, "carillon_w1", options.slots(), options.carillonJvm(), folder)) {
        measured.add(play(carillon));
        profile(carillon);
      }
    }
    if (options.measures(DbSchedulerUnderTest.NAME)) {
      try (Contestant dbScheduler =
          DbSchedulerUnderTest.start(postgres, "db_scheduler_w1", options, folder)) {
        measured.add(play(dbScheduler));
        profile(dbScheduler);
      }
    }
    return measured;
  }

  private void profile(Contestant contestant) throws SQLException {
    if (options.profile()) {
      TopStatements.print(postgres, contestant);
    }
  }

  private Measurement play(Contestant contestant) throws SQLException {
    // For the compiler and the caches: both systems still gain in the third.
    for (int i = 0; i < WARM_UPS; i++) {
      Progress.round("W1", contestant, 0, rounds.play(contestant, options.n(), Duration.ZERO));
    }
    List<Map<String, Double>> counted = new ArrayList<>();
    for (int i = 1; i <= options.rounds(); i++) {
      Map<String, Double> round = rounds.play(contestant, options.n(), Duration.ZERO);
      Progress.round("W1", contestant, i, round);
      counted.add(round);
    }
    return new Measurement(
        "W1", "n=" + options.n(), contestant.name(), contestant.setup(), counted);
  }
}
