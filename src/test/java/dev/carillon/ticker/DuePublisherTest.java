package dev.carillon.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DuePublisherTest {

  private final EngineFixture engine = new EngineFixture();
  private final AtomicLong jump = new AtomicLong();
  private final Context context = engine.vertx.getOrCreateContext();
  private final Recording channel = new Recording();
  private final DatabaseClock clock =
      engine.pg.clock(() -> System.nanoTime() + jump.get(), System::currentTimeMillis);
  private final DuePublisher publisher = new DuePublisher(channel, clock, engine.vertx, context);

  @AfterEach
  void close() {
    publisher.stop().toCompletableFuture().join();
    engine.close();
  }

  @Test
  void publishesNothingByAClockThatJumped() {
    JobDue inAnHour = due(clock.instant().plusSeconds(3_600));
    JobDue now = due(clock.instant());

    jump.set(Duration.ofHours(2).toNanos());
    publisher.start();
    add(inAnHour);
    jump.set(0);
    await().until(this::isMeasured);
    add(now);

    await().until(() -> !channel.published.isEmpty());
    assertThat(channel.published).containsExactly(now);
  }

  private boolean isMeasured() {
    clock.measure().subscribeAsCompletionStage().join();
    return clock.isSteady();
  }

  /** As the ticker does, on its context; returns when a look at it has begun. */
  private void add(JobDue due) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(
        ignored -> {
          publisher.add(List.of(due));
          context.runOnContext(looked -> done.complete(null));
        });
    done.join();
  }

  private static JobDue due(Instant at) {
    return new JobDue(UUID.randomUUID(), at, 2, "acme", "default");
  }

  private static final class Recording implements DueChannel {

    private final List<JobDue> published = new CopyOnWriteArrayList<>();

    @Override
    public Uni<Void> publish(List<JobDue> due) {
      published.addAll(due);
      return Uni.createFrom().voidItem();
    }

    @Override
    public Multi<DueBatch> consume(Set<String> queues) {
      return Multi.createFrom().nothing();
    }
  }
}
