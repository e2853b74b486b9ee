package dev.carillon.bench;

import dev.carillon.bench.contestant.CarillonUnderTest;
import dev.carillon.bench.contestant.Contestant;
import dev.carillon.bench.contestant.DbSchedulerUnderTest;
import dev.carillon.bench.contestant.Deployment;
import dev.carillon.bench.contestant.JobRunrUnderTest;
import dev.carillon.bench.contestant.QuartzUnderTest;
import dev.carillon.bench.contestant.Venue;
import dev.carillon.bench.measure.Postgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The systems by the names that {@code -Dbench.systems} knows, and how each is started. */
final class Systems {

  private final Options options;
  private final Postgres postgres;
  private final Path folder;

  Systems(Options options, Postgres postgres, Path folder) {
    this.options = options;
    this.postgres = postgres;
    this.folder = folder;
  }

  /** All, in the order in which they play. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(DbSchedulerUnderTest.NAME);
    Deployment.all().forEach(deployment -> names.add(deployment.name()));
    names.add(QuartzUnderTest.NAME);
    names.add(JobRunrUnderTest.NAME);
    return names;
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param workload in which; its database is named for it
   * @param slots of each of Carillon's processes
   */
  Contestant start(String name, String workload, int slots) throws SQLException {
    String database = (name + "_" + workload).toLowerCase().replace('-', '_').replace(' ', '_');
    Venue venue = Venue.prepare(postgres, database, folder);
    return switch (name) {
      case DbSchedulerUnderTest.NAME -> DbSchedulerUnderTest.start(venue, options.dbScheduler());
      case QuartzUnderTest.NAME -> QuartzUnderTest.start(venue, options.quartzThreads());
      case JobRunrUnderTest.NAME ->
          JobRunrUnderTest.start(venue, options.jobRunrWorkers(), options.jobRunrWorkers() + 4);
      default -> carillon(deployment(name), venue, slots);
    };
  }

  /** Carillon as most run it, for the workloads that need more than a contestant's interface. */
  CarillonUnderTest carillon(String workload, int slots) throws SQLException {
    String database = "carillon_" + workload.toLowerCase();
    return carillon(Deployment.ONE, Venue.prepare(postgres, database, folder), slots);
  }

  private CarillonUnderTest carillon(Deployment deployment, Venue venue, int slots) {
    CarillonUnderTest.Jvm jvm = new CarillonUnderTest.Jvm(options.carillonJvm(), options.profile());
    return CarillonUnderTest.start(venue, deployment, slots, jvm);
  }

  private static Deployment deployment(String name) {
    return Deployment.all().stream()
        .filter(deployment -> deployment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no system is called " + name + "; there are " + String.join(", ", names())));
  }
}
