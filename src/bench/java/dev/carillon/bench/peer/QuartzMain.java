package dev.carillon.bench.peer;

import java.util.Date;
import java.util.Properties;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/**
 * Quartz: one durable job, a trigger for each run. JDBC job store, clustered, batched.
 *
 * <p>The settings and where its documents name them:
 *
 * <ul>
 *   <li>batchTriggerAcquisitionMaxCount = the threads, acquireTriggersWithinLock = true: <a
 *       href="https://quartz-scheduler.org/documentation/quartz-2.3.0/configuration/ConfigMain">Configuration
 *       Reference, main settings</a>: the more at once, the more efficient, and the lock must be
 *       held then. No trigger is fired ahead of its time.
 *   <li>three connections more than threads: <a
 *       href="https://documentation.softwareag.com/terracotta/quartz_221/webhelp/quartz-scheduler-webhelp/co-bp_jdbc_jobstore_tips.html">JDBC
 *       JobStore Tips</a>, best practices.
 *   <li>idleWaitTime 5 s: the least that the reference recommends. Triggers that another node has
 *       stored, as ours are, are seen at the next look, and the harness stores them 6.5 s ahead.
 * </ul>
 */
public final class QuartzMain {

  /** The name of the scheduler, which stands in every row. */
  public static final String SCHEDULER = "bench";

  /** The name and group of the only job. */
  public static final String JOB = "noop";

  private static final Conversation CONVERSATION = new Conversation();

  private QuartzMain() {}

  /**
   * @param arguments JDBC URL, user, threads
   */
  public static void main(String[] arguments) throws Exception {
    int threads = Integer.parseInt(arguments[2]);
    Scheduler scheduler =
        new StdSchedulerFactory(settings(arguments[0], arguments[1], threads)).getScheduler();
    JobDetail job = JobBuilder.newJob(Noop.class).withIdentity(JOB, JOB).storeDurably().build();
    scheduler.addJob(job, true);
    scheduler.start();
    CONVERSATION.hold(
        (run, first) ->
            scheduler.scheduleJob(
                TriggerBuilder.newTrigger()
                    .withIdentity(run, JOB)
                    .forJob(job)
                    .startAt(Date.from(first))
                    .withSchedule(
                        SimpleScheduleBuilder.repeatSecondlyForever()
                            // Each missed fire is made up for, so that the lateness is seen.
                            .withMisfireHandlingInstructionIgnoreMisfires())
                    .build()));
    scheduler.shutdown();
  }

  private static Properties settings(String jdbcUrl, String user, int threads) {
    Properties settings = new Properties();
    settings.put("org.quartz.scheduler.instanceName", SCHEDULER);
    settings.put("org.quartz.scheduler.instanceId", "AUTO");
    settings.put("org.quartz.scheduler.idleWaitTime", "5000");
    settings.put("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", Integer.toString(threads));
    settings.put("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    settings.put("org.quartz.threadPool.threadCount", Integer.toString(threads));
    settings.put("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
    settings.put(
        "org.quartz.jobStore.driverDelegateClass",
        "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
    settings.put("org.quartz.jobStore.isClustered", "true");
    settings.put("org.quartz.jobStore.acquireTriggersWithinLock", "true");
    settings.put("org.quartz.jobStore.useProperties", "true");
    settings.put("org.quartz.jobStore.dataSource", "bench");
    settings.put("org.quartz.dataSource.bench.provider", "hikaricp");
    settings.put("org.quartz.dataSource.bench.driver", "org.postgresql.Driver");
    settings.put("org.quartz.dataSource.bench.URL", jdbcUrl);
    settings.put("org.quartz.dataSource.bench.user", user);
    settings.put("org.quartz.dataSource.bench.password", "");
    settings.put("org.quartz.dataSource.bench.maxConnections", Integer.toString(threads + 3));
    return settings;
  }

  /** Made by Quartz for every fire. */
  public static final class Noop implements Job {

    @Override
    public void execute(JobExecutionContext context) {
      CONVERSATION.note(
          context.getTrigger().getKey().getName(), context.getScheduledFireTime().toInstant());
    }
  }
}
