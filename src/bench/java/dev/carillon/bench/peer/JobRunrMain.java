package dev.carillon.bench.peer;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.Instant;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.scheduling.BackgroundJob;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;

/**
 * JobRunr: a scheduled job for each run. It refuses to poll a database more often than every 5 s
 * ({@code AbstractStorageProvider.validatePollInterval}), so that is what it gets; whatever is due
 * before the next poll it executes at once, up to 5 s early. Virtual threads, its default where the
 * JVM has them, are as they come.
 */
public final class JobRunrMain {

  /** Stands for the run in the job that others are copied from. */
  public static final String TEMPLATE = "the-run";

  /** The least that JobRunr accepts. */
  public static final Duration POLL = Duration.ofSeconds(5);

  private static final Conversation CONVERSATION = new Conversation();

  /** So far ahead that the template is never due. */
  private static final Instant NEVER = Instant.parse("2999-12-31T00:00:00Z");

  private JobRunrMain() {}

  /**
   * @param arguments JDBC URL, user, workers, connections
   */
  public static void main(String[] arguments) throws Exception {
    int connections = Integer.parseInt(arguments[3]);
    try (HikariDataSource pool = Pool.of(arguments[0], arguments[1], connections)) {
      JobRunr.configure()
          .useStorageProvider(new PostgresStorageProvider(pool))
          .useBackgroundJobServer(
              BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                  .andWorkerCount(Integer.parseInt(arguments[2]))
                  .andPollInterval(POLL))
          .initialize();
      BackgroundJob.schedule(NEVER, () -> JobRunrMain.execute(TEMPLATE));
      CONVERSATION.hold(
          (run, first) -> {
            throw new UnsupportedOperationException("JobRunr fires every 5 s at most");
          });
      JobRunr.destroy();
    }
  }

  /**
   * The job.
   *
   * @param run ROUND-NUMBER@MICROSECONDS: a handler is not told when it was due
   */
  public static void execute(String run) {
    int at = run.indexOf('@');
    long due = Long.parseLong(run.substring(at + 1));
    CONVERSATION.note(
        run.substring(0, at), Instant.ofEpochSecond(due / 1_000_000, due % 1_000_000 * 1_000));
  }
}
