package dev.carillon.boot;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.inprocess.InProcessDueChannel;
import dev.carillon.broker.inprocess.InProcessEventChannel;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import java.util.List;

/** Chooses the broker's adapters. */
class Brokers {

  @Produces
  @Singleton
  DueChannel dueChannel() {
    return new InProcessDueChannel();
  }

  /** Serves as the channel and as its feed. */
  @Produces
  @Singleton
  InProcessEventChannel eventChannel(Vertx vertx, BeanManager beans, Event<EventMessage> event) {
    Observers observers = new Observers(vertx, beans, event);
    return new InProcessEventChannel(observers::tell);
  }

  @Produces
  @Singleton
  Ticking.Channels channels(DueChannel due, EventChannel events) {
    return new Ticking.Channels(due, events);
  }

  /**
   * The beans of this process that observe events: told in order, on a thread that they may block.
   */
  private static final class Observers {

    private final Vertx vertx;
    private final BeanManager beans;
    private final Event<EventMessage> event;

    Observers(Vertx vertx, BeanManager beans, Event<EventMessage> event) {
      this.vertx = vertx;
      this.beans = beans;
      this.event = event;
    }

    Uni<Void> tell(List<EventMessage> events) {
      if (events.isEmpty() || beans.resolveObserverMethods(events.get(0)).isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      return Uni.createFrom()
          .completionStage(
              () -> vertx.executeBlocking(() -> fireAll(events), true).toCompletionStage());
    }

    private Void fireAll(List<EventMessage> events) {
      for (EventMessage one : events) {
        InProcessEventChannel.guarded(one, event::fire);
      }
      return null;
    }
  }
}
