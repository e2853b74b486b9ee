package dev.carillon.boot;

import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Publishes events, and then tells the beans of this process that observe them: in order, on a
 * thread that they may block. Only the process that relays does, so each event is told to one.
 */
final class Observers implements EventChannel {

  private static final Logger LOG = Logger.getLogger(Observers.class);

  private final EventChannel channel;
  private final Vertx vertx;
  private final BeanManager beans;
  private final Event<EventMessage> event;

  Observers(EventChannel channel, Vertx vertx, BeanManager beans, Event<EventMessage> event) {
    this.channel = channel;
    this.vertx = vertx;
    this.beans = beans;
    this.event = event;
  }

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    return channel.publish(events).chain(() -> tell(events));
  }

  private Uni<Void> tell(List<EventMessage> events) {
    if (events.isEmpty() || beans.resolveObserverMethods(events.get(0)).isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return Uni.createFrom()
        .completionStage(
            () -> vertx.executeBlocking(() -> fireAll(events), true).toCompletionStage());
  }

  private Void fireAll(List<EventMessage> events) {
    events.forEach(one -> guarded(one, event::fire));
    return null;
  }

  /** A bean that cannot take an event has no vote on whether the others get it. */
  static void guarded(EventMessage event, Consumer<EventMessage> observer) {
    try {
      observer.accept(event);
    } catch (Throwable e) {
      LOG.warnf("an observer of %s failed (%s); the others are told", event.type(), e.toString());
    }
  }
}
