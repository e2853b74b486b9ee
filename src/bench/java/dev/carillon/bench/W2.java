package dev.carillon.bench;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A steady stream of runs: how late does each start, and what does it cost? */
final class W2 {

  private static final int[] PER_SECOND = {200, 1_000};
  private static final int WARM_UP_SECONDS = 10;

  /** What Carillon has when nobody says otherwise. */
  static final int SLOTS = 64;

  private final Options options;
  private final Postgres postgres;
  private final Rounds rounds;
  private final Path folder;

  W2(Options options, Postgres postgres, Rounds rounds, Path folder) {
    this.options = options;
    this.postgres = postgres;
    this.rounds = rounds;
    this.folder = folder;
  }

  List<Measurement> play() throws SQLException {
    List<Measurement> measured = new ArrayList<>();
    if (options.measures(CarillonUnderTest.NAME)) {
      try (Contestant carillon =
          CarillonUnderTest.start(postgres, "carillon_w2", SLOTS, options.carillonJvm(), folder)) {
        measured.addAll(play(carillon));
        profile(carillon);
      }
    }
    if (options.measures(DbSchedulerUnderTest.NAME)) {
      try (Contestant dbScheduler =
          DbSchedulerUnderTest.start(postgres, "db_scheduler_w2", options, folder)) {
        measured.addAll(play(dbScheduler));
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

  private List<Measurement> play(Contestant contestant) throws SQLException {
    int last = PER_SECOND[PER_SECOND.length - 1];
    Progress.round(
        "W2 " + last + "/s",
        contestant,
        0,
        rounds.play(contestant, last * WARM_UP_SECONDS, Duration.ofSeconds(WARM_UP_SECONDS)));
    List<Measurement> measured = new ArrayList<>();
    for (int perSecond : PER_SECOND) {
      List<Map<String, Double>> counted = new ArrayList<>();
      for (int i = 1; i <= options.rounds(); i++) {
        int count = Math.toIntExact(perSecond * options.w2Seconds().toSeconds());
        Map<String, Double> round = rounds.play(contestant, count, options.w2Seconds());
        Progress.round("W2 " + perSecond + "/s", contestant, i, round);
        counted.add(round);
      }
      measured.add(
          new Measurement("W2", perSecond + "/s", contestant.name(), contestant.setup(), counted));
    }
    return measured;
  }
}
