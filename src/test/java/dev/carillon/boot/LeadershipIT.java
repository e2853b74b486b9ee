package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.PostgresServer;
import dev.carillon.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leadership under fire, with real processes: whoever is killed, stopped or cut off, each schedule
 * fires at every second of the time, once, and each of these runs succeeds, once.
 */
class LeadershipIT {

  /** Ten seconds, its default, in the profile full. */
  private static final Duration LEASE =
      Duration.ofSeconds(Integer.getInteger("dev.carillon.leader-lease-seconds", 4));

  /** A short lease leaves little for processes that share two cores with other tests. */
  private static final Duration SLACK = Duration.ofSeconds(LEASE.toSeconds() < 10 ? 2 : 0);

  private static final Duration WORKER_LEASE = LEASE.plusSeconds(2);
  private static final int SCHEDULES = 20;

  @TempDir Path data;

  private final List<CarillonProcess> processes = new ArrayList<>();

  @Test
  void everyFireHappensOnceWhateverBefallsTheLeaderAndTheDatabase() {
    try (PostgresServer postgres = PostgresServer.start()) {
      TestPostgres.Database server = postgres.database("postgres");
      server.execute("create database carillon");
      TestPostgres.Database database = postgres.database("carillon");
      try {
        // Given three processes on one database, and schedules of every second
        List<CarillonProcess> three =
            List.of(carillon(database), carillon(database), carillon(database));
        three.forEach(CarillonProcess::awaitReady);
        CarillonProcess asked = three.get(0);
        make(asked);
        awaitProgress(database);

        aLeaderThatIsKilledIsReplacedWithinOneLease(database);
        aLeaderThatIsStoppedAndWakesUpDoesNothing(database);
        aDatabaseThatIsStartedAgainGoesOn(postgres, database);
        aConnectionThatIsLostIsMadeAnew(database);

        // When no more is to be made
        CarillonProcess alive = leader(database);
        Instant disabled = Instant.now();
        for (int i = 0; i < SCHEDULES; i++) {
          assertThat(alive.post("/schedules/every-second-" + i + "/disable", "").statusCode())
              .isEqualTo(200);
        }
        await()
            .atMost(WORKER_LEASE.multipliedBy(3))
            .until(() -> count(database, "select count(*) from queue") == 0);

        // Then nothing is missing and nothing doubled
        everySecondHasItsRun(database, disabled);
        everyRunSucceededOnce(database);
      } finally {
        processes.forEach(CarillonProcess::close);
      }
    }
  }

  /** The oldest PostgreSQL that we support, where the machine has one. */
  @Test
  void startsAndFiresOnPostgres15() {
    Path bin = PostgresServer.ofTheMachine(15).orElse(null);
    Assumptions.assumeTrue(bin != null, "there is no PostgreSQL 15 on this machine");
    try (PostgresServer postgres = PostgresServer.start(bin)) {
      postgres.database("postgres").execute("create database carillon");
      TestPostgres.Database database = postgres.database("carillon");
      try {
        CarillonProcess carillon = carillon(database).awaitReady();
        make(carillon);
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () ->
                    count(database, "select count(*) from attempts where final_state = 'SUCCEEDED'")
                        >= 3 * SCHEDULES);
        assertThat(carillon.terminate()).isZero();
        assertThat(
                count(database, "select count(*) from attempts where final_state <> 'SUCCEEDED'"))
            .isZero();
      } finally {
        processes.forEach(CarillonProcess::close);
      }
    }
  }

  private void aLeaderThatIsKilledIsReplacedWithinOneLease(TestPostgres.Database database) {
    CarillonProcess leader = leader(database);
    long epoch = epoch(database);
    Instant killed = Instant.now();

    leader.kill();

    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(LEASE.plusSeconds(5))
        .until(() -> epoch(database) > epoch);
    assertThat(Duration.between(killed, Instant.now())).isLessThan(LEASE.plusSeconds(1));
    awaitProgress(database);
    processes.remove(leader);
    carillon(database).awaitReady();
  }

  private void aLeaderThatIsStoppedAndWakesUpDoesNothing(TestPostgres.Database database) {
    CarillonProcess leader = leader(database);
    long epoch = epoch(database);

    signal(leader, "STOP");
    try {
      await().atMost(LEASE.plusSeconds(5)).until(() -> epoch(database) > epoch);
      // Stopped for three leases: its workers' runs are taken back meanwhile, and tried again.
      long before = fires(database);
      await()
          .atMost(LEASE.multipliedBy(6))
          .until(() -> fires(database) >= before + SCHEDULES * LEASE.toSeconds() * 2);
    } finally {
      signal(leader, "CONT");
    }

    // It finds that it no longer leads, and takes its part as a worker again.
    await().atMost(Duration.ofSeconds(20)).until(() -> !leader.leads() && isReady(leader));
    awaitProgress(database);
  }

  private void aDatabaseThatIsStartedAgainGoesOn(
      PostgresServer postgres, TestPostgres.Database database) {
    postgres.stop("immediate");
    // Until each of them has noticed.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> processes.stream().noneMatch(LeadershipIT::isReady));
    postgres.resume();

    awaitProgress(database);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> processes.stream().allMatch(LeadershipIT::isReady));
  }

  private void aConnectionThatIsLostIsMadeAnew(TestPostgres.Database database) {
    rows(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'carillon'"
            + " and pid <> pg_backend_pid()");
    awaitProgress(database);
  }

  /** From the second after it was made to the one before it was disabled, at least. */
  private static void everySecondHasItsRun(TestPostgres.Database database, Instant disabled) {
    assertThat(
            rows(
                database,
                """
                select s.key, count(r.id), min(r.fire_at), max(r.fire_at)
                from schedules s left join runs r on r.schedule_id = s.id
                group by s.key, s.created_at
                having count(r.id) <> extract(epoch from max(r.fire_at) - min(r.fire_at)) + 1
                    or count(r.id) = 0 or min(r.fire_at) <> date_trunc('second', s.created_at) + interval '1 second'
                    or max(r.fire_at) < '%s'
                """
                    .formatted(disabled.minusSeconds(1))))
        .isEmpty();
    assertThat(count(database, "select count(*) from schedules")).isEqualTo(SCHEDULES);
  }

  private static void everyRunSucceededOnce(TestPostgres.Database database) {
    assertThat(
            rows(
                database,
                """
                select r.id, array_agg(a.outcome order by a.attempt)
                from runs r left join attempts a on a.run_id = r.id
                group by r.id
                having count(*) filter (where a.final_state = 'SUCCEEDED') <> 1
                    or count(*) filter (where a.final_state is not null) <> 1
                """))
        .isEmpty();
  }

  // ── processes
  // ───────────────────────────────────────────────────────────────────────────────────────

  private CarillonProcess carillon(TestPostgres.Database database) {
    CarillonProcess process =
        CarillonProcess.with(data)
            .env("POSTGRES_URL", database.postgresUrl())
            .env("CARILLON_SAMPLES", "off")
            .env("CARILLON_SLOTS", "16")
            .jvm(
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-Dcarillon.leader.lease=" + LEASE,
                "-Dcarillon.worker.lease=" + WORKER_LEASE)
            .start();
    processes.add(process);
    return process;
  }

  private static void make(CarillonProcess carillon) {
    created(carillon.post("/jobs", "{\"key\":\"noop\"}"));
    for (int i = 0; i < SCHEDULES; i++) {
      created(
          carillon.post(
              "/schedules",
              """
              {"key":"every-second-%d","jobKey":"noop","trigger":{"type":"CRON","expression":"* * * * * *"}}
              """
                  .formatted(i)));
    }
  }

  private CarillonProcess leader(TestPostgres.Database database) {
    return await()
        .atMost(LEASE.plusSeconds(20))
        .until(
            () -> processes.stream().filter(CarillonProcess::leads).toList(),
            leaders -> leaders.size() == 1)
        .get(0);
  }

  private static boolean isReady(CarillonProcess carillon) {
    try {
      return carillon.get("/q/health/ready").statusCode() == 200;
    } catch (UncheckedIOException away) {
      return false;
    }
  }

  private static void signal(CarillonProcess carillon, String name) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(carillon.process().pid())).start();
      assertThat(kill.waitFor(10, TimeUnit.SECONDS) && kill.exitValue() == 0).isTrue();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void created(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  // ── the database
  // ───────────────────────────────────────────────────────────────────────────────────────

  /** Three more fires of each schedule were executed. */
  private static void awaitProgress(TestPostgres.Database database) {
    long before = fires(database);
    await()
        .atMost(LEASE.plus(WORKER_LEASE).plusSeconds(30))
        .until(() -> fires(database) >= before + 3 * SCHEDULES);
  }

  private static long fires(TestPostgres.Database database) {
    return count(database, "select count(*) from attempts where final_state = 'SUCCEEDED'");
  }

  private static long epoch(TestPostgres.Database database) {
    return count(database, "select epoch from leases where name = 'ticker'");
  }

  private static long count(TestPostgres.Database database, String query) {
    return ((Number) rows(database, query).get(0).values().iterator().next()).longValue();
  }

  private static List<Map<String, Object>> rows(TestPostgres.Database database, String query) {
    try (Connection connection = database.connect()) {
      return EngineFixture.rows(connection, query);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
