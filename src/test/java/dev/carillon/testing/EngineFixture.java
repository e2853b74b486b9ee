package dev.carillon.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.AsyncJobHandler;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.Message;
import dev.carillon.broker.inprocess.InProcessDueChannel;
import dev.carillon.event.Relay;
import dev.carillon.limit.TenantLimits;
import dev.carillon.maintenance.Maintenance;
import dev.carillon.pg.Notices;
import dev.carillon.pg.TestPg;
import dev.carillon.run.Outcome;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.target.CallSpans;
import dev.carillon.target.Targets;
import dev.carillon.target.handler.HandlerCaller;
import dev.carillon.target.handler.HandlerThreads;
import dev.carillon.target.http.HttpCaller;
import dev.carillon.ticker.Ticker;
import dev.carillon.worker.AttemptSpans;
import dev.carillon.worker.Worker;
import dev.carillon.worker.WorkerMeters;
import dev.carillon.worker.WorkerSettings;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The engine's parts, wired to a database of their own without Quarkus: each started when a test
 * asks for it, by any clock, and all of them stopped at the end.
 *
 * <pre>{@code
 * try (EngineFixture engine = new EngineFixture().handler("noop", run -> Outcome.success())) {
 *   UUID run = engine.run(engine.job("noop"));
 *   engine.worker();
 *   engine.awaitState(run, "SUCCEEDED");
 * }
 * }</pre>
 */
public final class EngineFixture implements AutoCloseable {

  /** The database's microseconds: an instant comes back as it was stored. */
  public static final InstantSource REAL = () -> Instant.now().truncatedTo(ChronoUnit.MICROS);

  public static final String TENANT = "default";

  /** The edition by which the fixture's schedules say that they fire next. */
  public static final TzdataVersion TZDATA = new TzdataVersion("2025b");

  private static final String STATE =
      """
      select coalesce(
        (select case when q.state = 'QUEUED' and q.due_at > now() then 'SCHEDULED' else q.state::text end
         from queue q where q.id = ?),
        (select a.final_state::text from attempts a
         where a.run_id = ? and a.final_state is not null
         order by a.generation desc limit 1)) as state
      """;

  private static EngineFixture backlog;

  public final TestPostgres.Database database = TestPostgres.migrated();
  public final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  public final TestPg pg = TestPg.on(database, vertx);
  public final Notices notices = pg.notices();
  public final List<EventMessage> events = new CopyOnWriteArrayList<>();

  private final Connection connection;
  private final List<JobHandler> handlers = new ArrayList<>();
  private final List<AsyncJobHandler> asyncHandlers = new ArrayList<>();
  private final Deque<Supplier<CompletionStage<Void>>> running = new ArrayDeque<>();
  private final List<ExecutorService> threads = new ArrayList<>();
  private DueChannel due = new InProcessDueChannel();
  private InstantSource clock = REAL;
  private Duration drain = Duration.ofSeconds(1);
  private Function<Letter, Uni<Void>> letters = letter -> Uni.createFrom().voidItem();
  private WorkerMeters meters = WorkerMeters.NONE;
  private TenantLimits limits = TenantLimits.NONE;

  public EngineFixture() {
    try {
      connection = database.connect();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    pg.open(notices);
  }

  // ── what it is made of
  // ───────────────────────────────────────────────────────────────────────────

  /**
   * One with 200,000 runs that are due in an hour and ten that are overdue; shared, not to be
   * changed.
   */
  public static synchronized EngineFixture withBacklog() {
    if (backlog == null) {
      backlog = new EngineFixture();
      backlog.execute(
          """
          insert into queue (id, tenant_id, queue, priority, due_at)
          select gen_random_uuid(), 't' || n % 5, 'default', 2,
                 now() + case when n <= 10 then interval '-10 seconds' else interval '1 hour' end
          from generate_series(1, 200010) as n
          """);
      backlog.execute("analyze queue");
    }
    return backlog;
  }

  /** What a handler does, as a lambda. */
  @FunctionalInterface
  public interface Work {
    Outcome of(RunContext run) throws Exception;
  }

  public EngineFixture handler(String name, Work work) {
    handlers.add(
        new JobHandler() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public Outcome handle(RunContext run) throws Exception {
            return work.of(run);
          }
        });
    return this;
  }

  public EngineFixture asyncHandler(
      String name, Function<RunContext, CompletionStage<Outcome>> work) {
    asyncHandlers.add(
        new AsyncJobHandler() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public CompletionStage<Outcome> handle(RunContext run) {
            return work.apply(run);
          }
        });
    return this;
  }

  public EngineFixture due(DueChannel channel) {
    due = channel;
    return this;
  }

  public EngineFixture clock(InstantSource source) {
    clock = source;
    return this;
  }

  public EngineFixture meters(WorkerMeters measuring) {
    meters = measuring;
    return this;
  }

  public EngineFixture drain(Duration atMost) {
    drain = atMost;
    return this;
  }

  /** Of the workers and the ticker that are started from now on. */
  public EngineFixture limits(TenantLimits ofTenants) {
    limits = ofTenants;
    return this;
  }

  public DueChannel due() {
    return due;
  }

  public Worker worker() {
    return worker(64, Duration.ofSeconds(30));
  }

  public Worker worker(int slots, Duration lease) {
    ExecutorService pool = HandlerThreads.open(slots);
    threads.add(pool);
    Worker worker =
        new Worker(
            new Worker.Surroundings(vertx, pg, notices, clock, due, new ObjectMapper()),
            new Targets(
                List.of(
                    new HandlerCaller(handlers, asyncHandlers, pool),
                    new HttpCaller(vertx, slots, CallSpans.OFF, clock))),
            new WorkerSettings(
                "test",
                Set.of(),
                slots,
                lease,
                drain,
                "1",
                WorkerSettings.LOGGED_PER_SECOND,
                limits),
            meters,
            AttemptSpans.OFF);
    worker.start();
    running.push(worker::drain);
    return worker;
  }

  public Ticker ticker() {
    return ticker(Duration.ofSeconds(10));
  }

  public Ticker ticker(Duration lease) {
    return ticker(lease, ticker -> {});
  }

  /**
   * @param prepared before its start
   */
  public Ticker ticker(Consumer<Ticker> prepared) {
    return ticker(Duration.ofSeconds(10), prepared);
  }

  private Ticker ticker(Duration lease, Consumer<Ticker> prepared) {
    Ticker ticker =
        new Ticker(
            vertx,
            pg,
            notices,
            clock,
            due,
            new Ticker.Settings(
                Duration.ofSeconds(5), lease, ZoneId.of("Europe/Berlin"), TZDATA, limits));
    prepared.accept(ticker);
    ticker.start();
    running.push(ticker::stop);
    return ticker;
  }

  /** The ways out of a relay, of which only events are looked at. */
  public static Relay.Channels only(EventChannel events) {
    return new Relay.Channels(
        events, (message, reason, rule) -> Uni.createFrom().voidItem(), "/carillon/test");
  }

  /** What is set aside, and why. */
  public record Letter(Message message, String reason) {}

  /** What the broker does with dead letters; it keeps them, unless a test says otherwise. */
  public EngineFixture letters(Function<Letter, Uni<Void>> broker) {
    letters = broker;
    return this;
  }

  public Relay relay() {
    return relay(Duration.ofSeconds(10));
  }

  public Relay relay(Duration lease) {
    Relay relay =
        new Relay(
            vertx,
            pg,
            clock,
            new Relay.Channels(
                published -> {
                  events.addAll(published);
                  return Uni.createFrom().voidItem();
                },
                (message, reason, rule) -> letters.apply(new Letter(message, reason)),
                "/carillon/test"),
            lease);
    relay.start();
    running.push(relay::stop);
    return relay;
  }

  public Maintenance maintenance(Duration workerLease) {
    Maintenance maintenance =
        new Maintenance(vertx, pg, notices, clock, Duration.ofSeconds(10), workerLease, meters);
    maintenance.start();
    running.push(maintenance::stop);
    return maintenance;
  }

  // ── what is in the tables
  // ────────────────────────────────────────────────────────────────────────

  /** A job that names a handler of the same name, tried thrice, 50 ms apart. */
  public UUID job(String key) {
    return job(key, "{\"type\":\"HANDLER\"}", Duration.ofMinutes(5), 3);
  }

  public UUID job(String key, String target, Duration timeout, int maxAttempts) {
    UUID id = RunIds.random(REAL.instant(), RandomGenerator.getDefault());
    execute(
        """
        insert into jobs (id, tenant_id, key, target, retry, timeout_ms, created_at, updated_at)
        values (?, ?, ?, ?::jsonb, ?::jsonb, ?, now(), now())
        """,
        id,
        TENANT,
        key,
        target,
        "{\"maxAttempts\":%d,\"backoff\":\"FIXED\",\"initialDelay\":\"PT0.05S\",\"maxDelay\":\"PT1S\"}"
            .formatted(maxAttempts),
        timeout.toMillis());
    return id;
  }

  /** A run that is due now. */
  public UUID run(UUID job) {
    return run(job, null);
  }

  public UUID run(UUID job, String params) {
    UUID id = RunIds.random(REAL.instant(), RandomGenerator.getDefault());
    execute(
        """
        with r as (
          insert into runs (id, tenant_id, job_id, due_at, created_at, priority, params)
          values (?, ?, ?, ?, now(), 2, ?::jsonb) returning id, due_at)
        insert into queue (id, tenant_id, queue, priority, due_at)
        select r.id, ?, 'default', 2, r.due_at from r
        """,
        id,
        TENANT,
        job,
        utc(REAL.instant()),
        params,
        TENANT);
    return id;
  }

  /** Many runs, due at an instant, of tenants {@code t0} … {@code t4} by turns. */
  public List<UUID> runs(UUID job, int count, Instant dueAt) {
    return rows(
            """
            with i as (
              select ((carillon_uuid_floor(now())::text)::text) as floor, n from generate_series(1, ?) as n
            ), r as (
              insert into runs (id, tenant_id, job_id, due_at, created_at, priority)
              select (substr(i.floor, 1, 13) || '-7' || substr(md5(i.n::text || random()), 1, 3) || '-8'
                      || substr(md5(random()::text), 1, 3) || '-' || substr(md5(random()::text), 1, 12))::uuid,
                     't' || i.n % 5, ?, ?, now(), 2
              from i
              returning id, tenant_id, due_at
            )
            insert into queue (id, tenant_id, queue, priority, due_at)
            select r.id, r.tenant_id, 'default', 2, r.due_at from r
            returning id
            """,
            count, job, utc(dueAt))
        .stream()
        .map(row -> (UUID) row.get("id"))
        .toList();
  }

  public UUID schedule(UUID job, String key, String trigger, String zone, Instant next) {
    UUID id = RunIds.random(REAL.instant(), RandomGenerator.getDefault());
    execute(
        """
        with s as (
          insert into schedules (id, tenant_id, key, job_id, trigger, timezone, created_at, updated_at)
          values (?, ?, ?, ?, ?::jsonb, ?, ?, now()) returning id, tenant_id, trigger)
        insert into clock (schedule_id, tenant_id, enabled, next_fire_at, rules, delay_ms)
        select s.id, s.tenant_id, true, ?, ?,
               extract(epoch from (s.trigger ->> 'delay')::interval) * 1000
        from s
        """,
        id,
        TENANT,
        key,
        job,
        trigger,
        zone,
        utc(next == null ? REAL.instant() : next),
        utc(next),
        TZDATA.name());
    return id;
  }

  public void execute(String sql, Object... parameters) {
    rows(sql, parameters);
  }

  public long count(String sql, Object... parameters) {
    return ((Number) rows(sql, parameters).get(0).values().iterator().next()).longValue();
  }

  public Map<String, Object> row(String sql, Object... parameters) {
    return rows(sql, parameters).get(0);
  }

  public synchronized List<Map<String, Object>> rows(String sql, Object... parameters) {
    return rows(connection, sql, parameters);
  }

  public static List<Map<String, Object>> rows(
      Connection connection, String sql, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        Object value = parameters[i];
        if (value instanceof UUID[] ids) {
          statement.setArray(i + 1, connection.createArrayOf("uuid", ids));
        } else {
          statement.setObject(i + 1, value);
        }
      }
      List<Map<String, Object>> rows = new ArrayList<>();
      if (statement.execute()) {
        ResultSet result = statement.getResultSet();
        ResultSetMetaData columns = result.getMetaData();
        while (result.next()) {
          Map<String, Object> row = new LinkedHashMap<>();
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            row.put(columns.getColumnLabel(i), result.getObject(i));
          }
          rows.add(row);
        }
      }
      return rows;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Where a run stands, derived as everywhere: its queue row, else its last final state. */
  public String state(UUID run) {
    return (String) row(STATE, run, run).get("state");
  }

  /** What its attempts came to, in order: "FAILED SUCCEEDED". */
  public String attempts(UUID run) {
    return rows("select outcome::text from attempts where run_id = ? order by attempt", run)
        .stream()
        .map(row -> (String) row.get("outcome"))
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }

  public void awaitState(UUID run, String state) {
    org.awaitility.Awaitility.await("run " + run + " " + state)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(15))
        .until(() -> state.equals(state(run)));
  }

  public void awaitEmptyQueue(Duration atMost) {
    org.awaitility.Awaitility.await("the queue is empty")
        .pollInterval(Duration.ofMillis(20))
        .atMost(atMost)
        .until(() -> count("select count(*) from queue") == 0);
  }

  public static OffsetDateTime utc(Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }

  /** Stops what was started, the last first, and closes the connections. */
  @Override
  public void close() {
    pg.fault(null);
    while (!running.isEmpty()) {
      try {
        running.pop().get().toCompletableFuture().get(10, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException stuck) {
        // A test that breaks something on purpose cannot always be tidied up in order.
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    threads.forEach(ExecutorService::shutdownNow);
    pg.close(notices);
    pg.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    try {
      connection.close();
    } catch (SQLException closed) {
      throw new IllegalStateException(closed);
    }
  }
}
