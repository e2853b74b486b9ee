package dev.carillon.event;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.broker.EventMessage;
import dev.carillon.pg.Pg;
import dev.carillon.run.Outcome;
import dev.carillon.run.RunIds;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** In an application: its handlers are found, and its beans are told. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ObserversTest {

  private static final String JOB =
      """
      insert into jobs (id, tenant_id, key, target, retry, timeout_ms, created_at, updated_at)
      values ($1, 'observed', 'observed', '{"type":"HANDLER"}', '{"maxAttempts":1}', 60000, now(), now())
      """;
  private static final String RUN =
      """
      with r as (
        insert into runs (id, tenant_id, job_id, due_at, created_at, priority)
        values ($1, 'observed', $2, now(), now(), 2) returning id)
      insert into queue (id, tenant_id, queue, priority, due_at)
      select r.id, 'observed', 'default', 2, now() from r
      """;

  private final Pg pg;
  private final Listener listener;

  ObserversTest(Pg pg, Listener listener) {
    this.pg = pg;
    this.listener = listener;
  }

  @Test
  void areToldInOrderOfWhatAHandlerOfTheApplicationDid() {
    UUID job = id();
    UUID run = id();
    pg.asEngine(JOB, Tuple.of(job)).await().indefinitely();

    pg.asEngine(RUN, Tuple.of(run, job)).await().indefinitely();

    await().atMost(Duration.ofSeconds(20)).until(() -> listener.of(run).size() == 2);
    assertEquals(List.of("scheduler.run.started", "scheduler.run.succeeded"), listener.of(run));
  }

  private static UUID id() {
    return RunIds.random(Instant.now(), RandomGenerator.getDefault());
  }

  /** Blocks, as a bean of an application may, and throws now and then. */
  @ApplicationScoped
  static class Listener {
    private final List<EventMessage> heard = new CopyOnWriteArrayList<>();

    void hear(@Observes EventMessage event) {
      if (event.tenant().equals("observed")) {
        heard.add(event);
        throw new IllegalStateException("no vote on whether the others are told");
      }
    }

    List<String> of(UUID run) {
      return heard.stream()
          .filter(event -> event.subject().equals("runs/" + run))
          .map(EventMessage::type)
          .toList();
    }
  }

  @ApplicationScoped
  static class Observed implements JobHandler {

    @Override
    public String name() {
      return "observed";
    }

    @Override
    public Outcome handle(RunContext run) {
      return Outcome.success();
    }
  }
}
