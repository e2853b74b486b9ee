package dev.carillon.bench.contestant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.bench.measure.Sql;
import dev.carillon.testing.CarillonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Carillon as its users start it: the jar, an environment, history kept, every event told. */
public final class CarillonUnderTest implements Clockwork {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String INSERT =
      """
      with made as materialized (
        select uuidv7() as id, ?::timestamptz + i * ? * interval '1 microsecond' as due_at
        from generate_series(0, ? - 1) as i
      ), written as (
        insert into runs (id, tenant_id, job_id, due_at, created_at, priority)
        select id, 'default', ?, due_at, clock_timestamp(), 2 from made
      )
      insert into queue (id, tenant_id, queue, priority, due_at)
      select id, 'default', 'default', 2, due_at from made
      """;

  private static final String SETTLED =
      """
      select case when exists (select from outbox) then false
                  else not exists (select from queue) end
      """;

  /** How many there are, how many of them ended well, at once and only once. */
  private static final String WELL =
      """
      select count(*) = count(distinct r.id)
         and count(*) = ?
         and count(*) = count(*) filter (
           where a.outcome = 'SUCCEEDED' and a.final_state = 'SUCCEEDED' and a.attempt = 1 and a.generation = 1)
      from runs r
      left join attempts a on a.run_id = r.id
      where r.due_at >= ? and r.due_at <= ?
      """;

  private static final String STORY =
      """
      select coalesce(a.outcome::text, q.state::text, 'nothing') || ' attempt ' || coalesce(a.attempt, q.attempt, 0)
               || ': ' || count(*)
      from runs r
      left join attempts a on a.run_id = r.id
      left join queue q on q.id = r.id
      where r.due_at >= ? and r.due_at <= ?
      group by coalesce(a.outcome::text, q.state::text, 'nothing'), coalesce(a.attempt, q.attempt, 0)
      order by count(*) desc
      limit 1
      """;

  private static final String EXECUTED =
      """
      select (extract(epoch from a.started_at - r.due_at) * 1e6)::bigint,
             (extract(epoch from a.finished_at - r.due_at) * 1e6)::bigint,
             (extract(epoch from a.finished_at - ?) * 1e6)::bigint
      from runs r
      join attempts a on a.run_id = r.id
      where r.due_at >= ? and r.due_at <= ?
      """;

  /** By the handler's clock, which is when the attempt finished: it does nothing else. */
  private static final String FIRES =
      """
      select substr(s.key, length(?) + 1)::bigint, (extract(epoch from r.fire_at) * 1e6)::bigint,
             (extract(epoch from a.finished_at) * 1e6)::bigint
      from runs r
      join schedules s on s.id = r.schedule_id
      join attempts a on a.run_id = r.id
      where r.fire_at >= ? and r.fire_at < ? and a.outcome = 'SUCCEEDED'
      """;

  private static final String SCHEDULE =
      """
      {"key": "%s", "jobKey": "noop", "timezone": "UTC",
       "trigger": {"type": "INTERVAL", "every": "PT1S", "anchor": "%s"}}
      """;

  private static final String KEY = "beat-";

  /** Who make schedules at once; one after another a thousand take too long on a busy machine. */
  private static final int CALLERS = 8;

  /** That it started, and that it succeeded; the due event may be spared. */
  private static final int EVENTS_PER_RUN = 2;

  /** The first is the one that is spoken to. */
  private final List<CarillonProcess> all = new ArrayList<>();

  private final List<Path> recordings = new ArrayList<>();
  private final Venue venue;
  private final Deployment deployment;
  private final BrokerServer broker;
  private final int slots;
  private final UUID job;
  private OptionalLong carriedBefore = OptionalLong.empty();

  private CarillonUnderTest(Venue venue, Deployment deployment, int slots, Jvm jvm) {
    this.venue = venue;
    this.deployment = deployment;
    this.slots = slots;
    this.broker = deployment.broker().start();
    for (int i = 0; i < deployment.processes(); i++) {
      all.add(start(i, jvm));
    }
    this.job = UUID.fromString(post("/jobs", "{\"key\":\"noop\"}").path("id").asText());
  }

  /**
   * How its JVMs are started.
   *
   * @param options beside the heap's
   * @param recorded whether they record themselves
   */
  public record Jvm(List<String> options, boolean recorded) {}

  /**
   * Starts it, and its broker before, and waits until it is ready.
   *
   * @throws UnavailableException when this machine has no such broker
   */
  public static CarillonUnderTest start(Venue venue, Deployment deployment, int slots, Jvm jvm) {
    return new CarillonUnderTest(venue, deployment, slots, jvm);
  }

  private CarillonProcess start(int index, Jvm jvm) {
    CarillonProcess carillon =
        // A folder that is not the server's: at the end it looks there for one to stop.
        CarillonProcess.with(venue.folder().resolve("carillon"))
            .jvm(HEAP)
            .jvm(jvm.options().toArray(String[]::new))
            .env("POSTGRES_URL", venue.postgres().url(venue.database()))
            .env("CARILLON_ROLES", index == 0 ? "api,ticker,worker" : "worker")
            .env("CARILLON_SLOTS", Integer.toString(slots))
            .env("CARILLON_SAMPLES", "off");
    broker.environment().forEach(carillon::env);
    if (jvm.recorded()) {
      Path recording = venue.file("-" + index + ".jfr");
      recordings.add(recording);
      carillon.jvm(
          "-XX:StartFlightRecording:settings=profile,dumponexit=true,filename=" + recording);
    }
    carillon.start();
    Runtime.getRuntime().addShutdownHook(new Thread(carillon.process()::destroy));
    return carillon.awaitReady();
  }

  @Override
  public String name() {
    return deployment.name();
  }

  @Override
  public String setup() {
    return deployment.processes() == 1
        ? "slots=" + slots
        : "slots=%d each, the first process with all roles, the second a worker".formatted(slots);
  }

  @Override
  public List<ProcessHandle> processes() {
    return all.stream().map(one -> one.process().toHandle()).toList();
  }

  @Override
  public Optional<ProcessHandle> broker() {
    return broker.process();
  }

  @Override
  public List<Path> recordings() {
    return List.copyOf(recordings);
  }

  @Override
  public String database() {
    return venue.database();
  }

  @Override
  public void tidy(Sql sql) throws SQLException {
    sql.run("vacuum analyze queue", "vacuum analyze outbox", "vacuum analyze attempts");
  }

  @Override
  public void insert(Load load, Sql sql) throws SQLException {
    sql.update(INSERT, load.firstUtc(), load.stepMicros(), load.count(), job);
    sql.run("analyze queue");
  }

  @Override
  public void expect(Load load) {
    carriedBefore = broker.carried();
  }

  @Override
  public boolean isSettled(Sql sql) throws SQLException {
    for (CarillonProcess one : all) {
      if (!one.process().isAlive()) {
        throw new IllegalStateException("Carillon has ended:\n" + one.output());
      }
    }
    return sql.isTrue(SETTLED);
  }

  @Override
  public Executed executed(Load load, Sql sql) throws SQLException {
    if (!sql.isTrue(WELL, load.count(), load.firstUtc(), load.lastUtc())) {
      throw new IllegalStateException(
          "not every run of Carillon succeeded exactly once; most: "
              + sql.text(STORY, load.firstUtc(), load.lastUtc())
              + "\n"
              + all.get(0).output());
    }
    checkTold(load);
    long[][] columns = sql.columns(3, EXECUTED, load.firstUtc(), load.firstUtc(), load.lastUtc());
    return new Executed(columns[0], columns[1], Arrays.stream(columns[2]).max().orElseThrow());
  }

  /**
   * A contestant that is said to use a broker, and does not, would be measured as what it is not.
   */
  private void checkTold(Load load) {
    OptionalLong carried = broker.carried();
    if (carried.isPresent()) {
      long told = carried.getAsLong() - carriedBefore.orElse(0);
      if (told < (long) EVENTS_PER_RUN * load.count()) {
        throw new IllegalStateException(
            "%s told its broker %d messages of %d runs".formatted(name(), told, load.count()));
      }
    }
  }

  @Override
  public void schedule(int round, int schedules, Instant first) {
    String anchor = DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(first.atOffset(ZoneOffset.UTC));
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Future<JsonNode>> answers = new ArrayList<>();
      for (int i = 0; i < schedules; i++) {
        String body = SCHEDULE.formatted(KEY + i, anchor);
        answers.add(callers.submit(() -> post("/schedules", body)));
      }
      for (Future<JsonNode> answer : answers) {
        answer.get();
      }
    } catch (InterruptedException | ExecutionException failure) {
      throw new IllegalStateException(failure);
    } finally {
      callers.shutdown();
    }
  }

  @Override
  public Notes fires(Instant from, Instant to, Sql sql) throws SQLException {
    long[][] columns =
        sql.columns(3, FIRES, KEY, from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC));
    return new Notes(columns[0], columns[1], columns[2]);
  }

  /** The job that does nothing. */
  public UUID job() {
    return job;
  }

  /** What it answers, which must be good. */
  public JsonNode post(String path, String json) {
    HttpResponse<String> answer = all.get(0).post(path, json);
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          "POST " + path + " says " + answer.statusCode() + ": " + answer.body());
    }
    try {
      return JSON.readTree(answer.body());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public void close() {
    // The worker first: the other one still publishes what it hands back.
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).close();
    }
    broker.close();
  }
}
