package dev.carillon.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * db-scheduler, executing one-time tasks that do nothing but look at the clock. Lines on standard
 * input: {@code expect ROUND COUNT}, {@code report FILE}.
 */
final class DbSchedulerMain {

  static final int THREADS = 50;

  static final String ANSWER = "bench: ";
  static final String READY = ANSWER + "ready";
  static final String EXPECTING = ANSWER + "expecting";
  static final String EXECUTED = ANSWER + "executed";
  static final String REPORTED = ANSWER + "reported";

  private static volatile Seen seen = new Seen("", 0);

  /** What happened to the tasks of one round. */
  private static final class Seen {
    final String prefix;
    final AtomicIntegerArray times;
    final long[] late;
    final long[] at;
    final AtomicInteger left;

    Seen(String prefix, int count) {
      this.prefix = prefix;
      this.times = new AtomicIntegerArray(count);
      this.late = new long[count];
      this.at = new long[count];
      this.left = new AtomicInteger(count);
    }
  }

  private DbSchedulerMain() {}

  public static void main(String[] arguments) throws IOException {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(arguments[0]);
    pool.setUsername(Postgres.USER);
    pool.setMaximumPoolSize(Integer.parseInt(arguments[4]));
    try (HikariDataSource connections = new HikariDataSource(pool)) {
      OneTimeTask<Void> noop = Tasks.oneTime("noop").execute(DbSchedulerMain::execute);
      Scheduler scheduler =
          Scheduler.create(connections, noop)
              .schedulerName(new SchedulerName.Fixed("bench"))
              .threads(THREADS)
              .pollUsingLockAndFetch(
                  Double.parseDouble(arguments[1]), Double.parseDouble(arguments[2]))
              .pollingInterval(Duration.ofMillis(Long.parseLong(arguments[3])))
              .build();
      scheduler.start();
      System.out.println(READY);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(line.split(" "));
      }
      scheduler.stop();
    }
  }

  private static void obey(String[] words) throws IOException {
    if (words[0].equals("expect")) {
      seen = new Seen(words[1] + "-", Integer.parseInt(words[2]));
      System.out.println(EXPECTING);
    } else {
      report(Path.of(words[1]));
      System.out.println(REPORTED);
    }
  }

  private static void execute(TaskInstance<Void> task, ExecutionContext context) {
    Instant now = Instant.now();
    Instant due = context.getExecution().getExecutionTime();
    Seen round = seen;
    if (!task.getId().startsWith(round.prefix)) {
      throw new IllegalStateException(task.getId() + " is not of the round " + round.prefix);
    }
    int index = Integer.parseInt(task.getId().substring(round.prefix.length()));
    round.late[index] = micros(now) - micros(due);
    round.at[index] = micros(now);
    round.times.incrementAndGet(index);
    if (round.left.decrementAndGet() == 0) {
      System.out.println(EXECUTED);
    }
  }

  private static void report(Path file) throws IOException {
    Seen round = seen;
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file))) {
      for (int i = 0; i < round.late.length; i++) {
        lines.println(round.times.get(i) + " " + round.late[i] + " " + round.at[i]);
      }
    }
  }

  private static long micros(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
  }
}
