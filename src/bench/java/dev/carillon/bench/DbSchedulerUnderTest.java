package dev.carillon.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** db-scheduler in {@link DbSchedulerMain}, which is told of rounds on its standard input. */
final class DbSchedulerUnderTest implements Contestant {

  static final String NAME = "db-scheduler";

  /** Its documented table, without the index for priorities, which nobody uses here. */
  private static final String[] TABLE = {
    """
    create table scheduled_tasks (
      task_name            text                     not null,
      task_instance        text                     not null,
      task_data            bytea,
      execution_time       timestamp with time zone not null,
      picked               boolean                  not null,
      picked_by            text,
      last_success         timestamp with time zone,
      last_failure         timestamp with time zone,
      consecutive_failures int,
      last_heartbeat       timestamp with time zone,
      version              bigint                   not null,
      priority             smallint,
      primary key (task_name, task_instance)
    )
    """,
    "create index execution_time_idx on scheduled_tasks (execution_time)",
    "create index last_heartbeat_idx on scheduled_tasks (last_heartbeat)",
    "alter table scheduled_tasks owner to " + Postgres.USER,
  };

  private static final String INSERT =
      """
      insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
      select 'noop', ? || '-' || i, ?::timestamptz + i * ? * interval '1 microsecond', false, 1
      from generate_series(0, ? - 1) as i
      """;

  private static final String SETTLED = "select not exists (select from scheduled_tasks)";

  private final Process process;
  private final String database;
  private final String setup;
  private final BufferedWriter tell;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Path report;
  private boolean executed;

  private DbSchedulerUnderTest(Process process, String database, String setup, Path folder) {
    this.process = process;
    this.database = database;
    this.setup = setup;
    this.tell = process.outputWriter(StandardCharsets.UTF_8);
    this.report = folder.resolve(database + ".report");
    Thread reader = new Thread(this::listen, "db-scheduler-output");
    reader.setDaemon(true);
    reader.start();
  }

  static DbSchedulerUnderTest start(
      Postgres postgres, String database, Options options, Path folder) throws SQLException {
    postgres.createDatabase(database);
    try (Sql sql = postgres.connect(database)) {
      sql.run(TABLE);
    }
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  HEAP,
                  // The one on the class path, which says so when it is not the one in use.
                  "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                  "-cp",
                  System.getProperty("java.class.path"),
                  DbSchedulerMain.class.getName(),
                  postgres.jdbcUrl(database),
                  Double.toString(options.lower()),
                  Double.toString(options.upper()),
                  Long.toString(options.poll().toMillis()),
                  Integer.toString(options.pool()))
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("db-scheduler.log").toFile()))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      String setup =
          "threads=%d lock-and-fetch=%s,%s poll=%dms pool=%d"
              .formatted(
                  DbSchedulerMain.THREADS,
                  options.lower(),
                  options.upper(),
                  options.poll().toMillis(),
                  options.pool());
      DbSchedulerUnderTest contestant = new DbSchedulerUnderTest(process, database, setup, folder);
      contestant.await(DbSchedulerMain.READY);
      return contestant;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String setup() {
    return setup;
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public String database() {
    return database;
  }

  @Override
  public void tidy(Sql sql) throws SQLException {
    sql.run("vacuum analyze scheduled_tasks");
  }

  @Override
  public void insert(Load load, Sql sql) throws SQLException {
    sql.update(
        INSERT, Integer.toString(load.round()), load.firstUtc(), load.stepMicros(), load.count());
    sql.run("analyze scheduled_tasks");
  }

  @Override
  public void expect(Load load) {
    executed = false;
    say("expect " + load.round() + " " + load.count());
    await(DbSchedulerMain.EXPECTING);
  }

  @Override
  public boolean isSettled(Sql sql) throws SQLException {
    if (!process.isAlive()) {
      throw new IllegalStateException("db-scheduler has ended with " + process.exitValue());
    }
    // To ask the table all the time would be work that is not db-scheduler's.
    executed |= DbSchedulerMain.EXECUTED.equals(told.poll());
    return executed && sql.isTrue(SETTLED);
  }

  @Override
  public Executed executed(Load load, Sql sql) {
    say("report " + report);
    await(DbSchedulerMain.REPORTED);
    try {
      List<String> lines = Files.readAllLines(report);
      long[] late = new long[load.count()];
      long last = 0;
      for (int i = 0; i < load.count(); i++) {
        String[] fields = lines.get(i).split(" ");
        if (!fields[0].equals("1")) {
          throw new IllegalStateException(
              "run " + i + " of db-scheduler was executed " + fields[0] + " times");
        }
        late[i] = Long.parseLong(fields[1]);
        last = Math.max(last, Long.parseLong(fields[2]));
      }
      long first = load.first().getEpochSecond() * 1_000_000 + load.first().getNano() / 1_000;
      return new Executed(new long[0], late, last - first);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void say(String line) {
    try {
      tell.write(line + "\n");
      tell.flush();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void await(String answer) {
    try {
      String line = told.poll(30, TimeUnit.SECONDS);
      if (!answer.equals(line)) {
        throw new IllegalStateException("db-scheduler says " + line + " instead of " + answer);
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** What is not an answer is a line of its log. */
  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(DbSchedulerMain.ANSWER)) {
          told.add(line);
        } else {
          System.err.println("db-scheduler: " + line);
        }
      }
    } catch (IOException ended) {
      // The process is gone; whoever waits for an answer says so.
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
    }
  }
}
