package dev.carillon.bench.peer;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.CompletionHandler.OnCompleteReschedule;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.ZoneOffset;

/** db-scheduler: one-time tasks, and tasks that reschedule themselves to the next second. */
public final class DbSchedulerMain {

  /** More than it has by default (10); 20 and 50 were as fast here. */
  public static final int THREADS = 50;

  /** The name of the task that runs once. */
  public static final String ONCE = "noop";

  private DbSchedulerMain() {}

  /**
   * @param arguments JDBC URL, user, the two limits of lock-and-fetch, polling interval in
   *     milliseconds, connections
   */
  public static void main(String[] arguments) throws Exception {
    Conversation conversation = new Conversation();
    int connections = Integer.parseInt(arguments[5]);
    try (HikariDataSource pool = Pool.of(arguments[0], arguments[1], connections)) {
      OneTimeTask<Void> once =
          Tasks.oneTime(ONCE)
              .execute(
                  (task, context) ->
                      conversation.note(task.getId(), context.getExecution().getExecutionTime()));
      // Nominal instants, as the others have them; FixedDelay would count from the end of the last.
      Schedule secondly = Schedules.cron("* * * * * *", ZoneOffset.UTC);
      CustomTask<Void> beat =
          Tasks.custom("beat", Void.class)
              .execute(
                  (task, context) -> {
                    conversation.note(task.getId(), context.getExecution().getExecutionTime());
                    return new OnCompleteReschedule<>(secondly);
                  });
      Scheduler scheduler =
          Scheduler.create(pool, once, beat)
              .schedulerName(new SchedulerName.Fixed("bench"))
              .threads(THREADS)
              .pollUsingLockAndFetch(
                  Double.parseDouble(arguments[2]), Double.parseDouble(arguments[3]))
              .pollingInterval(Duration.ofMillis(Long.parseLong(arguments[4])))
              .build();
      scheduler.start();
      conversation.hold((run, first) -> scheduler.schedule(beat.instance(run), first));
      scheduler.stop();
    }
  }
}
