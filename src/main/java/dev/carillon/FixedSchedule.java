package dev.carillon;

import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.time.cron.CronDialect;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On the class of a {@link JobHandler} or {@link AsyncJobHandler}: it runs at fixed times. At each
 * start a job and a schedule are declared for it, as {@link Scheduler#schedule} does; every replica
 * may.
 *
 * <pre>{@code
 * @ApplicationScoped
 * @FixedSchedule(cron = "0 2 * * *", timezone = "Europe/Berlin")
 * class NightlyReport implements JobHandler { … }
 * }</pre>
 *
 * <p>An expression that is wrong stops the start. A schedule stays when its annotation is removed:
 * another replica, or the version before, may still have it. Delete it as any other.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface FixedSchedule {

  /** A cron expression; this or {@link #every}. */
  String cron() default "";

  CronDialect dialect() default CronDialect.UNIX;

  /** ISO 8601: {@code PT15M}, {@code P1D}; counted from when it is first declared. */
  String every() default "";

  /** IANA; empty: the tenant's, then DEFAULT_TZ. */
  String timezone() default "";

  /** Of the schedule; empty: the name of the handler. */
  String key() default "";

  /** Of the job; empty: the name of the handler. */
  String jobKey() default "";

  /** What a fire does while another run of the schedule lives. */
  OverlapPolicy overlap() default OverlapPolicy.ALLOW_ALL;

  String tenant() default "default";
}
