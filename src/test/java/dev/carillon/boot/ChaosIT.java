package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.TestKafka;
import dev.carillon.testing.TestPostgres;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole of it on Kafka, in processes of one role each: runs spread over some time on two
 * queues, the leader killed twice and the broker stopped in between, each while runs come due.
 * Nothing may be lost, and what the events tell must be what the tables say.
 */
class ChaosIT {

  /** 20,000 over 90 s in the profile full. */
  private static final int RUNS = Integer.getInteger("dev.carillon.chaos-runs", 2_000);

  private static final Duration SPREAD = Duration.ofSeconds(RUNS >= 20_000 ? 90 : 30);
  private static final Duration BROKER_AWAY = Duration.ofSeconds(RUNS >= 20_000 ? 20 : 5);
  private static final Duration LEASE = Duration.ofSeconds(4);

  @TempDir Path data;

  private final TestPostgres.Database database = TestPostgres.empty();
  private final TestKafka kafka = TestKafka.start();
  private final List<CarillonProcess> tickers = new ArrayList<>();
  private final List<CarillonProcess> workers = new ArrayList<>();

  @AfterEach
  void close() {
    tickers.forEach(CarillonProcess::close);
    workers.forEach(CarillonProcess::close);
    kafka.close();
  }

  @Test
  void everyRunSucceedsAndTheEventsAgreeWithTheTables() {
    // Given two tickers, and three workers of which one serves a queue of its own
    tickers.add(carillon("api,ticker").start());
    tickers.add(carillon("ticker").start());
    workers.add(carillon("worker").env("CARILLON_QUEUES", "default").start());
    workers.add(carillon("worker").env("CARILLON_QUEUES", "default").start());
    workers.add(carillon("worker").env("CARILLON_QUEUES", "reports").start());
    tickers.forEach(CarillonProcess::awaitReady);
    workers.forEach(CarillonProcess::awaitReady);
    assertThat(workers.get(0).get("/runs").statusCode()).isEqualTo(503);
    makeJobs();

    // When the leader is killed, the broker stopped for a while, and the next leader killed, each
    // while runs come due
    make(1, RUNS * 2 / 5);
    awaitSucceeded(RUNS / 5);
    replaceLeader();
    awaitSucceeded(RUNS * 2 / 5);
    make(RUNS * 2 / 5 + 1, RUNS * 4 / 5);
    kafka.stop();
    Instant back = Instant.now().plus(BROKER_AWAY);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(processes())
                    .allSatisfy(one -> assertThat(brokerState(one)).startsWith("away")));
    await().atMost(BROKER_AWAY.plusSeconds(30)).until(() -> Instant.now().isAfter(back));
    kafka.startAgain();
    awaitSucceeded(RUNS * 3 / 5);
    make(RUNS * 4 / 5 + 1, RUNS);
    replaceLeader();

    // Then every run succeeds, each on its own queue's workers
    awaitSucceeded(RUNS);
    assertThat(
            count(
                """
                select count(*) from (select run_id from attempts where final_state is not null
                group by run_id having count(*) > 1) doubled
                """))
        .isZero();
    assertThat(workersOf("reports")).doesNotContainAnyElementsOf(workersOf("noop"));
    await().atMost(Duration.ofSeconds(60)).until(() -> count("select count(*) from outbox") == 0);
    assertThat(eventsOnKafka()).isEqualTo(eventsByTheTables());
    assertThat(processes()).allMatch(one -> brokerState(one).equals("connected"));
  }

  private CarillonProcess carillon(String roles) {
    return CarillonProcess.with(data)
        .env("POSTGRES_URL", database.postgresUrl())
        .env("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap())
        .env("CARILLON_ROLES", roles)
        .env("CARILLON_SAMPLES", "off")
        .jvm("-Xmx192m", "-XX:TieredStopAtLevel=1", "-Dcarillon.leader.lease=" + LEASE);
  }

  private List<CarillonProcess> processes() {
    List<CarillonProcess> all = new ArrayList<>(tickers);
    all.addAll(workers);
    return all;
  }

  private void makeJobs() {
    CarillonProcess api = tickers.get(0);
    assertThat(api.post("/jobs", "{\"key\":\"noop\"}").statusCode()).isEqualTo(201);
    assertThat(
            api.post(
                    "/jobs",
                    "{\"key\":\"reports\",\"queue\":\"reports\",\"target\":{\"type\":\"HANDLER\",\"name\":\"noop\"}}")
                .statusCode())
        .isEqualTo(201);
  }

  /**
   * Runs of a job on the queue that everybody knows, and every tenth of one on its own: from now
   * on, one after the other.
   */
  private void make(int first, int last) {
    rows(
        """
        with made as (
          insert into runs (id, tenant_id, job_id, due_at, created_at, priority)
          select (substr(j.id::text, 1, 14) || '7' || substr(md5(i::text), 1, 3) || '-8'
                   || substr(md5(i::text), 4, 3) || '-' || substr(md5('x' || i), 1, 12))::uuid,
                 'default', j.id, now() + %d * interval '1 ms' * (i - %d) / %d, now(), 2
          from generate_series(%d, %d) i
          join jobs j on j.key = case when i %% 10 = 0 then 'reports' else 'noop' end
          returning id, due_at, job_id
        )
        insert into queue (id, tenant_id, queue, priority, due_at)
        select m.id, 'default', j.queue, 2, m.due_at from made m join jobs j on j.id = m.job_id
        """
            .formatted(SPREAD.toMillis(), first, RUNS, first, last));
  }

  private void replaceLeader() {
    CarillonProcess leader =
        await()
            .atMost(LEASE.plusSeconds(20))
            .until(
                () -> tickers.stream().filter(CarillonProcess::leads).toList(),
                leaders -> leaders.size() == 1)
            .get(0);
    leader.kill();
    tickers.remove(leader);
    CarillonProcess next = carillon("ticker").start();
    tickers.add(next);
    next.awaitReady();
  }

  private void awaitSucceeded(int runs) {
    await("succeeded: " + runs)
        .atMost(SPREAD.plus(BROKER_AWAY).plusSeconds(120))
        .until(
            () -> count("select count(*) from attempts where final_state = 'SUCCEEDED'") >= runs);
  }

  private Set<Object> workersOf(String job) {
    Set<Object> ids = new HashSet<>();
    rows("""
            select distinct a.worker_id from attempts a join runs r on r.id = a.run_id
            join jobs j on j.id = r.job_id and j.key = '%s' where a.worker_id is not null
            """
            .formatted(job))
        .forEach(row -> ids.add(row.get("worker_id")));
    return ids;
  }

  // ── what was told
  // ───────────────────────────────────────────────────────────────────────────────────────

  /** "run sequence type" of every event that there should be. */
  private Set<String> eventsByTheTables() {
    Set<String> events = new HashSet<>();
    for (Map<String, Object> row :
        rows(
            """
            select run_id::text as run, attempt, outcome::text as outcome, final_state::text as final,
                   started_at is not null as started
            from attempts
            """)) {
      int attempt = ((Number) row.get("attempt")).intValue();
      String outcome = (String) row.get("outcome");
      if (Boolean.TRUE.equals(row.get("started"))) {
        events.add(event(row, attempt, 1, "started"));
      }
      switch (outcome) {
        case "SUCCEEDED" -> events.add(event(row, attempt, 6, "succeeded"));
        case "DRAINED" -> events.add(event(row, attempt, 3, "requeued"));
        case "LOST" -> events.add(event(row, attempt, 4, "failed"));
        default -> throw new AssertionError("nothing here ends as " + outcome);
      }
    }
    return events;
  }

  private static String event(Map<String, Object> row, int attempt, int rank, String type) {
    return "%s %010d scheduler.run.%s".formatted(row.get("run"), attempt * 10 + rank, type);
  }

  /** The same as a foreign consumer reads it; an event that came twice has the same id twice. */
  private Set<String> eventsOnKafka() {
    Map<String, String> byId = new HashMap<>();
    Set<String> told = new HashSet<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrap(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.listTopics().entrySet().stream()
              .filter(topic -> topic.getKey().startsWith("scheduler.run."))
              .flatMap(topic -> topic.getValue().stream())
              .map((PartitionInfo p) -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
          JsonObject event = new JsonObject(new String(message.value(), StandardCharsets.UTF_8));
          String run = event.getString("subject").substring("runs/".length());
          String line = run + " " + event.getString("sequence") + " " + event.getString("type");
          assertThat(message.key()).isEqualTo(run);
          assertThat(message.topic()).isEqualTo(event.getString("type"));
          String same = byId.putIfAbsent(event.getString("id"), line);
          assertThat(same).isIn(null, line);
          if (same == null) {
            assertThat(told.add(line)).as("told under one id: " + line).isTrue();
          }
        }
      }
    }
    return told;
  }

  // ── looking
  // ───────────────────────────────────────────────────────────────────────────────────────

  private static String brokerState(CarillonProcess carillon) {
    return carillon.health().getString("engine.brokerState", "unknown");
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
