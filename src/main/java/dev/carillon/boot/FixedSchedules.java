package dev.carillon.boot;

import dev.carillon.AsyncJobHandler;
import dev.carillon.FixedSchedule;
import dev.carillon.JobDefinition;
import dev.carillon.JobHandler;
import dev.carillon.ScheduleDefinition;
import dev.carillon.Scheduler;
import dev.carillon.SchedulerException;
import dev.carillon.SchedulerException.Reason;
import dev.carillon.loop.Loop;
import dev.carillon.tenancy.Tenant;
import dev.carillon.time.Interval;
import dev.carillon.time.InvalidTrigger;
import io.quarkus.arc.All;
import io.quarkus.arc.ClientProxy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Declares, at each start, the schedules of handlers that carry {@link FixedSchedule}. */
@Singleton
class FixedSchedules {

  private static final Logger LOG = Logger.getLogger(FixedSchedules.class);

  /** Each after a pause of at most five seconds; then it is not the database that is in the way. */
  private static final int MOST_TRIES = 1_000;

  /**
   * What an annotation says by itself; whatever else is wrong, somebody has brought about since.
   */
  private static final Pattern ITS_OWN = Pattern.compile("(trigger|timezone|key|jobKey)\\b.*");

  private final Scheduler scheduler;
  private final Vertx vertx;
  private final List<Fixed> all = new ArrayList<>();
  private final Queue<Fixed> pending = new ArrayDeque<>();
  private int tries;
  private @Nullable Loop trying;

  FixedSchedules(
      Scheduler scheduler,
      Vertx vertx,
      @All List<JobHandler> handlers,
      @All List<AsyncJobHandler> asyncHandlers) {
    this.scheduler = scheduler;
    this.vertx = vertx;
    handlers.forEach(handler -> add(handler, handler.name()));
    asyncHandlers.forEach(handler -> add(handler, handler.name()));
  }

  /** A handler's class, and what it says of itself. */
  private record Fixed(Class<?> type, String handler, FixedSchedule says) {}

  private void add(Object handler, String name) {
    Class<?> type = ClientProxy.unwrap(handler).getClass();
    FixedSchedule says = type.getAnnotation(FixedSchedule.class);
    if (says != null) {
      all.add(new Fixed(written(type), name, says));
    }
  }

  /** The class that somebody wrote, where an interceptor has put another over it. */
  private static Class<?> written(Class<?> type) {
    return type.isSynthetic() || type.getSimpleName().endsWith("_Subclass")
        ? type.getSuperclass()
        : type;
  }

  /**
   * Blocks until they are declared. What an operator has brought about since (an archived job, for
   * example, or a schema that no parameters fit) is no reason not to start; nor is a database that
   * does not answer: it is asked again, beside everything else.
   *
   * @throws StartFailure naming the class whose annotation is wrong
   */
  void declare() {
    all.forEach(this::declare);
    if (!pending.isEmpty()) {
      Loop loop =
          new Loop(
              "declare fixed schedules", vertx, vertx.getOrCreateContext(), this::declarePending);
      trying = loop;
      loop.start();
    }
  }

  /** Those that are not declared yet are left to the next start. */
  void stop() {
    if (trying != null) {
      trying.stop();
    }
  }

  private Uni<Duration> declarePending() {
    Fixed next = pending.peek();
    if (next == null) {
      stop();
      return Uni.createFrom().item(Duration.ZERO);
    }
    return Uni.createFrom()
        .completionStage(() -> scheduler.of(next.says.tenant()).async().schedule(definition(next)))
        .invoke(declared -> LOG.infof("the schedule of %s is declared now", next.type.getName()))
        .replaceWithVoid()
        .onFailure(refused -> !isUnavailable(refused) || ++tries >= MOST_TRIES)
        .recoverWithUni(refused -> Uni.createFrom().voidItem().invoke(() -> leave(next, refused)))
        .invoke(done -> pending.remove())
        .replaceWith(Duration.ZERO);
  }

  private static boolean isUnavailable(Throwable failure) {
    return failure instanceof SchedulerException refused && refused.reason() == Reason.UNAVAILABLE;
  }

  private static void leave(Fixed fixed, Throwable refused) {
    LOG.warnf(
        "the schedule of %s was not declared (%s); what is there stays as it is",
        fixed.type.getName(), refused.getMessage());
  }

  private void declare(Fixed fixed) {
    FixedSchedule says = fixed.says;
    if (!Tenant.isValid(says.tenant())) {
      throw wrong(fixed, "tenant: " + says.tenant() + " is no tenant's id; right is default");
    }
    try {
      scheduler.of(says.tenant()).schedule(definition(fixed));
    } catch (InvalidTrigger invalid) {
      throw wrong(fixed, field(says) + ": " + invalid.getMessage());
    } catch (SchedulerException refused) {
      if (refused.problems().stream().anyMatch(p -> ITS_OWN.matcher(p).matches())) {
        throw wrong(fixed, String.join("; ", refused.problems()));
      }
      if (isUnavailable(refused)) {
        LOG.warnf(
            "the schedule of %s is not declared yet (%s); trying again beside everything else",
            fixed.type.getName(), refused.getMessage());
        pending.add(fixed);
      } else {
        leave(fixed, refused);
      }
    }
  }

  private static ScheduleDefinition definition(Fixed fixed) {
    FixedSchedule says = fixed.says;
    if (says.cron().isEmpty() == says.every().isEmpty()) {
      throw wrong(fixed, "either cron or every is required, and not both");
    }
    JobDefinition job = JobDefinition.of(or(says.jobKey(), fixed.handler)).handler(fixed.handler);
    ScheduleDefinition definition =
        ScheduleDefinition.of(job).key(or(says.key(), fixed.handler)).overlap(says.overlap());
    definition =
        says.every().isEmpty()
            ? definition.cron(says.cron(), says.dialect())
            : definition.trigger(Interval.parse(says.every(), null));
    return says.timezone().isEmpty() ? definition : definition.timezone(says.timezone());
  }

  private static String field(FixedSchedule says) {
    return says.every().isEmpty()
        ? "cron = \"" + says.cron() + "\""
        : "every = \"" + says.every() + "\"";
  }

  private static StartFailure wrong(Fixed fixed, String what) {
    return new StartFailure("@FixedSchedule on " + fixed.type.getName() + ": " + what + ".");
  }

  private static String or(@Nullable String given, String otherwise) {
    return given == null || given.isEmpty() ? otherwise : given;
  }
}
