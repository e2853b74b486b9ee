package dev.carillon.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.testing.CarillonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Carillon as its users start it: the jar, an environment, history kept, every event told. */
final class CarillonUnderTest implements Contestant {

  static final String NAME = "carillon";
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

  private final CarillonProcess carillon;
  private final String database;
  private final int slots;
  private final UUID job;

  private CarillonUnderTest(CarillonProcess carillon, String database, int slots) {
    this.carillon = carillon;
    this.database = database;
    this.slots = slots;
    this.job = UUID.fromString(post("/jobs", "{\"key\":\"noop\"}").path("id").asText());
  }

  static CarillonUnderTest start(
      Postgres postgres, String database, int slots, List<String> jvm, Path folder)
      throws SQLException {
    postgres.createDatabase(database);
    CarillonProcess carillon =
        // A folder that is not the server's: at the end it looks there for one to stop.
        CarillonProcess.with(folder.resolve("carillon"))
            .jvm(HEAP)
            .jvm(jvm.toArray(String[]::new))
            .env("POSTGRES_URL", postgres.url(database))
            .env("CARILLON_SLOTS", Integer.toString(slots))
            .env("CARILLON_SAMPLES", "off")
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(carillon.process()::destroy));
    return new CarillonUnderTest(carillon.awaitReady(), database, slots);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String setup() {
    return "slots=" + slots;
  }

  @Override
  public ProcessHandle process() {
    return carillon.process().toHandle();
  }

  @Override
  public String database() {
    return database;
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
  public boolean isSettled(Sql sql) throws SQLException {
    if (!carillon.process().isAlive()) {
      throw new IllegalStateException("Carillon has ended:\n" + carillon.output());
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
              + carillon.output());
    }
    long[][] columns = sql.columns(3, EXECUTED, load.firstUtc(), load.firstUtc(), load.lastUtc());
    return new Executed(columns[0], columns[1], Arrays.stream(columns[2]).max().orElseThrow());
  }

  UUID job() {
    return job;
  }

  /** What it answers, which must be good. */
  JsonNode post(String path, String json) {
    HttpResponse<String> answer = carillon.post(path, json);
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
    carillon.close();
  }
}
