package dev.carillon.bench;

import dev.carillon.bench.Programme.Part;
import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.contestant.UnavailableException;
import dev.carillon.bench.measure.Postgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plays a programme on one system after another; the next is started when the last has ended. */
final class Contest {

  private final Options options;
  private final Postgres postgres;
  private final Systems systems;
  private final Rounds rounds;
  private final Report report;

  Contest(Options options, Postgres postgres, Systems systems, Rounds rounds, Report report) {
    this.options = options;
    this.postgres = postgres;
    this.systems = systems;
    this.rounds = rounds;
    this.report = report;
  }

  /**
   * @param workload as the databases are named for it
   * @param names of the systems
   */
  void play(String workload, int slots, List<String> names, Programme.Maker maker)
      throws SQLException {
    for (String name : names) {
      try {
        play(name, workload, slots, maker);
      } catch (UnavailableException missing) {
        report.remark(name + " is left out: " + missing.getMessage() + ".");
      }
    }
  }

  private void play(String name, String workload, int slots, Programme.Maker maker)
      throws SQLException {
    Profile profile;
    try (Contestant contestant = systems.start(name, workload, slots)) {
      profile = play(contestant, maker.at(contestant.pace()));
    }
    if (options.profile()) {
      report.add(profile.tables());
    }
  }

  private Profile play(Contestant contestant, Programme programme) throws SQLException {
    for (Part part : programme.warmUps()) {
      Map<String, Double> figures = rounds.play(contestant, part).figures();
      Progress.round(programme.workload() + " " + part.variant(), contestant.name(), 0, figures);
    }
    Profile profile = Profile.begin(programme.workload(), contestant, postgres);
    for (Part part : programme.parts()) {
      List<Map<String, Double>> counted = new ArrayList<>();
      for (int i = 1; i <= options.rounds(); i++) {
        Rounds.Round round = rounds.play(contestant, part);
        Progress.round(
            programme.workload() + " " + part.variant(), contestant.name(), i, round.figures());
        profile.add(round);
        counted.add(round.figures());
      }
      report.add(
          new Measurement(
              programme.workload(),
              part.variant(),
              contestant.name(),
              contestant.setup(),
              counted));
    }
    profile.end();
    return profile;
  }
}
