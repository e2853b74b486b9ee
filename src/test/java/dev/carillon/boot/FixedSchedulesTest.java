package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.AsyncJobHandler;
import dev.carillon.AsyncScheduler;
import dev.carillon.FixedSchedule;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.ScheduleDefinition;
import dev.carillon.ScheduleInfo;
import dev.carillon.Scheduler;
import dev.carillon.SchedulerException;
import dev.carillon.SchedulerException.Reason;
import dev.carillon.run.Outcome;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.testing.PostgresResource;
import io.quarkus.arc.All;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a handler's annotation says is so after the start, or the start says why not. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class FixedSchedulesTest {

  private static final String TENANT = "fixed-schedules";

  @Inject Scheduler ofDefault;
  @Inject Vertx vertx;
  @Inject @All List<JobHandler> found;

  private Scheduler scheduler;

  @BeforeEach
  void ofATenant() {
    scheduler = ofDefault.of(TENANT);
  }

  private abstract static class Named implements JobHandler {

    @Override
    public String name() {
      return getClass().getSimpleName();
    }

    @Override
    public Outcome handle(RunContext run) {
      return Outcome.success();
    }
  }

  @FixedSchedule(
      cron = "0 2 1 1 *",
      timezone = "Europe/Berlin",
      overlap = OverlapPolicy.SKIP,
      tenant = TENANT)
  private static final class Yearly extends Named {}

  @FixedSchedule(every = "P300D", key = "rarely", jobKey = "rare", tenant = TENANT)
  private static final class Rare implements AsyncJobHandler {

    @Override
    public String name() {
      return "rare-handler";
    }

    @Override
    public CompletionStage<Outcome> handle(RunContext run) {
      return CompletableFuture.completedFuture(Outcome.success());
    }
  }

  @FixedSchedule(cron = "0 2 * *", tenant = TENANT)
  private static final class TooShort extends Named {}

  @FixedSchedule(every = "two hours", tenant = TENANT)
  private static final class Wordy extends Named {}

  @FixedSchedule(cron = "0 2 * * *", every = "PT1H", tenant = TENANT)
  private static final class Both extends Named {}

  @FixedSchedule(tenant = TENANT)
  private static final class Neither extends Named {}

  @FixedSchedule(cron = "0 2 * * *", timezone = "Mars/Base", tenant = TENANT)
  private static final class Elsewhere extends Named {}

  @FixedSchedule(cron = "0 2 * * *", key = "no key", tenant = TENANT)
  private static final class BadKey extends Named {}

  @FixedSchedule(cron = "0 2 * * *", tenant = "Not A Tenant")
  private static final class Nobodys extends Named {}

  private static final class Unannotated extends Named {}

  @Test
  void declaresJobAndScheduleOfEachAnnotatedHandlerOnce() {
    FixedSchedules start =
        new FixedSchedules(
            scheduler, vertx, List.of(new Yearly(), new Unannotated()), List.of(new Rare()));

    start.declare();
    start.declare();

    ScheduleInfo yearly = scheduler.findSchedule("Yearly").orElseThrow();
    ScheduleInfo rarely = scheduler.findSchedule("rarely").orElseThrow();
    assertThat(yearly.version()).isOne();
    assertThat(yearly.jobKey()).isEqualTo("Yearly");
    assertThat(rarely.version()).isOne();
    assertThat(rarely.jobKey()).isEqualTo("rare");
    assertThat(scheduler.findSchedule("Unannotated")).isEmpty();
    assertThat(shown("/schedules/Yearly", "overlapPolicy")).isEqualTo("SKIP");
    assertThat(shown("/schedules/Yearly", "timezone")).isEqualTo("Europe/Berlin");
    assertThat(shown("/jobs/rare", "target.name")).isEqualTo("rare-handler");
  }

  @Test
  void stopsTheStartInALineThatNamesTheClass() {
    assertStops(new TooShort(), "cron = \"0 2 * *\": ");
    assertStops(new Wordy(), "every = \"two hours\": ");
    assertStops(new Both(), "either cron or every is required, and not both");
    assertStops(new Neither(), "either cron or every is required, and not both");
    assertStops(new Elsewhere(), "timezone: ");
    assertStops(new BadKey(), "key: must be 1 to 128 of ");
    assertStops(new Nobodys(), "tenant: ");
  }

  @Test
  void startsThoughAnOperatorHasArchivedTheJob() {
    Scheduler other = scheduler.of(TENANT + "2");
    FixedSchedules start = new FixedSchedules(only(other), vertx, List.of(new Yearly()), List.of());
    start.declare();
    other.unschedule("Yearly");
    RestAssured.given()
        .header("X-Tenant-Id", TENANT + "2")
        .contentType("application/json")
        .post("/jobs/Yearly/archive")
        .then()
        .statusCode(200);

    start.declare();

    assertThat(other.findSchedule("Yearly")).isEmpty();
  }

  @Test
  void startsThoughAnOperatorHasGivenTheJobASchemaThatNothingFits() {
    Scheduler other = scheduler.of(TENANT + "3");
    FixedSchedules start = new FixedSchedules(only(other), vertx, List.of(new Yearly()), List.of());
    start.declare();
    other.unschedule("Yearly");
    RestAssured.given()
        .header("X-Tenant-Id", TENANT + "3")
        .contentType("application/merge-patch+json")
        .body("{\"paramsSchema\":{\"required\":[\"month\"]}}")
        .patch("/jobs/Yearly")
        .then()
        .statusCode(200);

    start.declare();

    assertThat(other.findSchedule("Yearly")).isEmpty();
  }

  @Test
  void declaresBesideEverythingElseWhatTheDatabaseDidNotTakeAtTheStart() {
    Scheduler other = scheduler.of(TENANT + "4");
    AtomicInteger asked = new AtomicInteger();
    FixedSchedules start =
        new FixedSchedules(
            failing(other, asked), vertx, List.of(new Yearly()), List.of(new Rare()));

    start.declare();

    Awaitility.await().until(() -> other.findSchedule("rarely").isPresent());
    assertThat(other.findSchedule("Yearly")).isPresent();
    assertThat(asked).hasValue(6);
  }

  /** The samples are off. */
  @Test
  void findsNoSampleThatWritesIntoTheDatabase() {
    assertThat(found).extracting(JobHandler::name).contains("noop").doesNotContain("ledger");
  }

  private void assertStops(JobHandler handler, String why) {
    assertThatThrownBy(
            () -> new FixedSchedules(scheduler, vertx, List.of(handler), List.of()).declare())
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith("@FixedSchedule on " + handler.getClass().getName() + ": ")
        .hasMessageContaining(why)
        .satisfies(failure -> assertThat(failure.getMessage().lines()).hasSize(1));
  }

  private static Object shown(String path, String field) {
    return RestAssured.given().header("X-Tenant-Id", TENANT).get(path).path(field);
  }

  /** Whatever tenant an annotation names; the first four times there is no database. */
  private static Scheduler failing(Scheduler one, AtomicInteger asked) {
    AsyncScheduler[] async = new AsyncScheduler[1];
    Scheduler failing =
        proxy(
            Scheduler.class,
            (of, arguments) ->
                switch (of) {
                  case "of" -> null;
                  case "async" -> async[0];
                  default -> {
                    requireThere(asked);
                    yield one.schedule((ScheduleDefinition) arguments[0]);
                  }
                });
    async[0] =
        proxy(
            AsyncScheduler.class,
            (of, arguments) -> {
              requireThere(asked);
              return one.async().schedule((ScheduleDefinition) arguments[0]);
            });
    return failing;
  }

  private static void requireThere(AtomicInteger asked) {
    if (asked.incrementAndGet() <= 4) {
      throw new SchedulerException(Reason.UNAVAILABLE, "no database", List.of(), null);
    }
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  /** Itself where the answer is null. */
  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            FixedSchedulesTest.class.getClassLoader(),
            new Class<?>[] {type},
            (itself, method, arguments) -> {
              Object given = answer.to(method.getName(), arguments);
              return given == null ? itself : given;
            }));
  }

  /** Whatever tenant an annotation names. */
  private static Scheduler only(Scheduler one) {
    return (Scheduler)
        Proxy.newProxyInstance(
            FixedSchedulesTest.class.getClassLoader(),
            new Class<?>[] {Scheduler.class},
            (proxy, method, arguments) ->
                method.getName().equals("of")
                    ? one
                    : one.schedule((ScheduleDefinition) arguments[0]));
  }
}
