package dev.carillon.broker.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventMemory;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.EventsForgottenException;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InProcessEventChannelTest {

  private final InProcessEventChannel channel = new InProcessEventChannel();

  @Test
  void showsATenantItsOwnEventsFromNowOn() {
    publish(event("a", 1));
    AssertSubscriber<EventMessage> reader = reader("a", null, 100);

    publish(event("a", 2), event("b", 3), event("a", 4));

    assertEquals(List.of(2L, 4L), sequences(reader));
  }

  @Test
  void goesOnAfterTheEventThatWasSeenLast() {
    publish(event("a", 1), event("a", 2), event("b", 3), event("a", 4));

    AssertSubscriber<EventMessage> reader = reader("a", id(2), 100);
    publish(event("a", 5));

    assertEquals(List.of(4L, 5L), sequences(reader));
  }

  @Test
  void saysSoWhenTheEventThatWasSeenLastIsForgottenOrAnothers() {
    publish(event("a", 1));
    IntStream.range(2, EventMemory.REMEMBERED + 2).forEach(i -> publish(event("b", i)));

    assertInstanceOf(
        EventsForgottenException.class, reader("a", id(1), 1).awaitFailure().getFailure());
    assertInstanceOf(
        EventsForgottenException.class, reader("a", id(5), 1).awaitFailure().getFailure());
  }

  @Test
  void failsAReaderThatFallsBehindRatherThanHoldMemoryForIt() {
    AssertSubscriber<EventMessage> slow = reader("a", null, 1);
    AssertSubscriber<EventMessage> quick = reader("a", null, Long.MAX_VALUE);

    IntStream.range(0, EventMemory.REMEMBERED + 10).forEach(i -> publish(event("a", i)));
    slow.request(Long.MAX_VALUE);

    slow.awaitFailure();
    assertTrue(slow.getItems().size() <= EventMemory.REMEMBERED + 1);
    assertEquals(EventMemory.REMEMBERED + 10, quick.getItems().size());
  }

  @Test
  void forgetsAReaderThatLeaves() {
    AssertSubscriber<EventMessage> reader = reader("a", null, 10);

    reader.cancel();
    publish(event("a", 1));

    assertEquals(List.of(), sequences(reader));
  }

  private void publish(EventMessage... events) {
    channel.publish(List.of(events)).await().indefinitely();
  }

  private AssertSubscriber<EventMessage> reader(String tenant, UUID lastSeen, long requests) {
    return channel
        .of(tenant, lastSeen)
        .subscribe()
        .withSubscriber(AssertSubscriber.create(requests));
  }

  private static List<Long> sequences(AssertSubscriber<EventMessage> reader) {
    return reader.getItems().stream().map(EventMessage::sequence).toList();
  }

  private static UUID id(long number) {
    return new UUID(7, number);
  }

  private static EventMessage event(String tenant, long number) {
    return new Told(tenant, number);
  }

  private record Told(String tenant, long sequence) implements EventMessage {

    @Override
    public String type() {
      return "scheduler.run.started";
    }

    @Override
    public String subject() {
      return "runs/" + sequence;
    }

    @Override
    public Instant time() {
      return Instant.EPOCH;
    }

    @Override
    public UUID id() {
      return InProcessEventChannelTest.id(sequence);
    }

    @Override
    public String traceparent() {
      return null;
    }

    @Override
    public JsonObject data() {
      return new JsonObject();
    }
  }
}
