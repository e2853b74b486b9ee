package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.TestNats;
import dev.carillon.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four worker processes, one of them killed every few seconds and started again at once, while runs
 * come due. Each run ends, what it writes behind the gate is written once, and the attempts tell
 * exactly what was killed in the middle.
 */
class KilledWorkersIT {

  /** 20,000 over 120 s, a kill every 20 s, in the profile full. */
  private static final int RUNS = Integer.getInteger("dev.carillon.killed-worker-runs", 1_000);

  private static final boolean FULL = RUNS >= 20_000;
  private static final Duration SPREAD = Duration.ofSeconds(FULL ? 120 : 12);
  private static final Duration EVERY = Duration.ofSeconds(FULL ? 20 : 2);
  private static final int KILLS = 5;
  private static final int WORKERS = 4;

  /** Of workers: the default in the long form. */
  private static final Duration LEASE = Duration.ofSeconds(FULL ? 30 : 4);

  /** Each process has its own number of slots, by which its row among the workers is known. */
  private static final int SLOTS = 16;

  /** What has not ended, and what became of it so far. */
  private static final String LEFT =
      """
      select q.id, q.state::text, q.attempt, q.due_at, q.locked_by, w.retired_at,
             (select jsonb_agg(to_jsonb(a) - 'run_id' order by a.attempt)::text from attempts a where a.run_id = q.id)
               as attempts
      from queue q left join workers w on w.id = q.locked_by
      limit 5
      """;

  @TempDir Path data;

  private final TestPostgres.Database database = TestPostgres.empty();
  private final TestNats nats = TestNats.start();
  private final List<CarillonProcess> workers = new ArrayList<>();
  private CarillonProcess leader;

  @AfterEach
  void close() {
    workers.forEach(CarillonProcess::close);
    if (leader != null) {
      leader.close();
    }
    nats.close();
  }

  @Test
  void everyRunEndsAndWritesOnceAndTheAttemptsTellWhatWasKilled() {
    // Given a ticker, four workers, and runs that write a line and then take a while
    leader = carillon("api,ticker", SLOTS, database.user()).start().awaitReady();
    for (int i = 0; i < WORKERS; i++) {
      makeUser(user(i));
      workers.add(worker(i).start());
    }
    workers.forEach(CarillonProcess::awaitReady);
    make();

    // When one after the other is killed, five times, with runs in hand
    long inHand = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      awaitBegun((long) RUNS * kill * EVERY.toMillis() / SPREAD.toMillis());
      inHand += kill((kill - 1) % WORKERS);
    }

    // Then every run has ended well, wrote its line once, and those that were in hand tell so
    await("the queue is empty")
        .atMost(SPREAD.plus(LEASE).plusSeconds(90))
        .untilAsserted(() -> assertThat(rows(LEFT)).isEmpty());
    assertThat(inHand).as("runs that were in hand when their worker was killed").isPositive();
    assertThat(count("select count(*) from attempts where final_state = 'SUCCEEDED'"))
        .isEqualTo(RUNS);
    assertThat(rows("select run_id from sample_ledger group by run_id having count(*) > 1"))
        .as("lines that were written twice")
        .isEmpty();
    assertThat(count("select count(*) from sample_ledger")).isEqualTo(RUNS);
    assertThat(count("select count(*) from attempts where outcome = 'LOST'")).isEqualTo(inHand);
    assertThat(count("select count(*) from attempts")).isEqualTo(RUNS + inHand);
    assertThat(
            rows(
                """
                select run_id from attempts
                group by run_id
                having max(attempt) <> count(*)
                    or count(*) filter (where final_state is not null) <> 1
                    or max(attempt) <> max(attempt) filter (where final_state is not null)
                """))
        .as("runs whose attempts are not 1, 2, 3 … with the end last")
        .isEmpty();
    assertThat(count("select count(distinct worker_id) from attempts where worker_id is not null"))
        .isGreaterThan(WORKERS);
  }

  private CarillonProcess worker(int which) {
    return carillon("worker", SLOTS + which, user(which));
  }

  /** Each process has its own, by which its connections are known. */
  private static String user(int which) {
    return "killed_worker_" + which;
  }

  /** It may do everything, as the database's own; of the server, so it may be there already. */
  private void makeUser(String user) {
    database.execute(
        """
        do $$
        begin
          if not exists (select from pg_roles where rolname = '%s') then
            create role %s login superuser;
          end if;
        end
        $$
        """
            .formatted(user, user));
  }

  private CarillonProcess carillon(String roles, int slots, String user) {
    return CarillonProcess.with(data)
        .env("POSTGRES_URL", database.postgresUrl().replaceFirst("//[^@]*@", "//" + user + "@"))
        .env("NATS_URL", nats.url())
        .env("CARILLON_ROLES", roles)
        .env("CARILLON_SAMPLES", roles.equals("worker") ? "on" : "off")
        .env("CARILLON_SLOTS", Integer.toString(slots))
        .env("QUARKUS_DATASOURCE_JDBC_MAX_SIZE", "8")
        .jvm("-Xmx160m", "-XX:TieredStopAtLevel=1", "-Dcarillon.worker.lease=" + LEASE);
  }

  private void make() {
    assertThat(
            leader
                .post("/jobs", "{\"key\":\"ledger\",\"params\":{\"takes\":\"PT0.1S\"}}")
                .statusCode())
        .isEqualTo(201);
    rows(
        """
        with made as (
          insert into runs (id, tenant_id, job_id, due_at, created_at, priority, params)
          select (substr(j.id::text, 1, 14) || '7' || substr(md5(i::text), 1, 3) || '-8'
                   || substr(md5(i::text), 4, 3) || '-' || substr(md5('x' || i), 1, 12))::uuid,
                 'default', j.id, now() + interval '2 s' + %d * interval '1 ms' * i / %d, now(), 2, j.params
          from generate_series(1, %d) i
          join jobs j on j.key = 'ledger'
          returning id, due_at
        )
        insert into queue (id, tenant_id, queue, priority, due_at)
        select m.id, 'default', 'default', 2, m.due_at from made m
        """
            .formatted(SPREAD.toMillis(), RUNS, RUNS));
  }

  private void awaitBegun(long runs) {
    await("begun: " + runs)
        .atMost(SPREAD.plusSeconds(60))
        .until(() -> RUNS - count("select count(*) from queue where attempt = 0") >= runs);
  }

  /**
   * Kills it and starts another like it.
   *
   * @return what it had in hand: it stands in the table, and nobody else can have it before its
   *     lease is over
   */
  private long kill(int which) {
    int slots = SLOTS + which;
    workers.get(which).kill();
    // What it had sent is still executed: only then is it known what it had in hand.
    await("its connections are gone")
        .until(
            () ->
                count(
                        "select count(*) from pg_stat_activity where usename = '%s'"
                            .formatted(user(which)))
                    == 0);
    UUID dead =
        (UUID)
            rows("select id from workers where slots = %d order by started_at desc limit 1"
                    .formatted(slots))
                .get(0)
                .get("id");
    long inHand =
        count(
            "select count(*) from queue where state = 'RUNNING' and locked_by = '%s'"
                .formatted(dead));
    workers.set(which, worker(which).start());
    return inHand;
  }

  private long count(String query) {
    return ((Number) rows(query).get(0).values().iterator().next()).longValue();
  }

  private List<Map<String, Object>> rows(String query) {
    try (Connection connection = database.connect()) {
      return EngineFixture.rows(connection, query);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
