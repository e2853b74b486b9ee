package dev.carillon.broker.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.JobDue;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InProcessDueChannelTest {

  private final InProcessDueChannel channel = new InProcessDueChannel();

  @Test
  void givesEachEventToOneConsumerOfItsQueue() {
    AssertSubscriber<DueBatch> all = consumer(Set.of());
    AssertSubscriber<DueBatch> mail = consumer(Set.of("mail"));

    publish(due(100, "default"));
    publish(due(100, "mail"));

    int ofAll = count(all);
    int ofMail = count(mail);
    assertEquals(200, ofAll + ofMail);
    assertEquals(50, ofMail);
    assertTrue(
        mail.getItems().stream()
            .flatMap(b -> b.due().stream())
            .allMatch(d -> d.queue().equals("mail")));
  }

  @Test
  void deliversNoFasterThanRequested() {
    AssertSubscriber<DueBatch> slow =
        channel.consume(Set.of()).subscribe().withSubscriber(AssertSubscriber.create(1));

    publish(due(1, "default"));
    publish(due(10, "default"));
    publish(due(10, "default"));

    assertEquals(1, slow.getItems().size());
    slow.request(1);
    assertEquals(21, count(slow));
  }

  @Test
  void dropsWhatNobodyServesAndWhatDoesNotFit() {
    publish(due(10, "default"));
    AssertSubscriber<DueBatch> idle =
        channel.consume(Set.of()).subscribe().withSubscriber(AssertSubscriber.create(0));

    publish(due(InProcessDueChannel.MOST_WAITING + 1_000, "default"));
    idle.request(Long.MAX_VALUE);

    assertEquals(InProcessDueChannel.MOST_WAITING, count(idle));
  }

  @Test
  void publishesWhileConsumersComeAndGo() {
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(
            () -> IntStream.range(0, 3_000).forEach(i -> publish(due(3, "default"))));

    while (!publishing.isDone()) {
      AssertSubscriber<DueBatch> first = consumer(Set.of());
      AssertSubscriber<DueBatch> second = consumer(Set.of("mail"));
      first.cancel();
      second.cancel();
    }

    publishing.join();
  }

  private AssertSubscriber<DueBatch> consumer(Set<String> queues) {
    return channel
        .consume(queues)
        .subscribe()
        .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
  }

  private void publish(List<JobDue> due) {
    channel.publish(due).await().indefinitely();
  }

  private static int count(AssertSubscriber<DueBatch> consumer) {
    return consumer.getItems().stream().mapToInt(batch -> batch.due().size()).sum();
  }

  private static List<JobDue> due(int count, String queue) {
    return IntStream.range(0, count)
        .mapToObj(i -> new JobDue(UUID.randomUUID(), Instant.EPOCH, 2, "default", queue))
        .toList();
  }
}
