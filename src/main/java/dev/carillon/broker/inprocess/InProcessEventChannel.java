package dev.carillon.broker.inprocess;

import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMemory;
import dev.carillon.broker.EventMessage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events within one process, for readers of the feed; they pass by its memory and are gone. */
public final class InProcessEventChannel implements EventChannel, EventFeed {

  private final EventMemory memory = new EventMemory();

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    memory.pass(events);
    return Uni.createFrom().voidItem();
  }

  @Override
  public Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen) {
    return memory.of(tenant, lastSeen);
  }
}
