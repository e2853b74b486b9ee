package dev.carillon.boot;

import dev.carillon.broker.Broker;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.inprocess.InProcessBroker;
import dev.carillon.observe.tracing.Tracing;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;

/** Opens the broker that the configuration names, and hands out its ends. */
class Brokers {

  @Produces
  @Singleton
  Broker broker() {
    return new InProcessBroker();
  }

  void close(@Disposes Broker broker) {
    broker.close();
  }

  @Produces
  @Singleton
  DueChannel dueChannel(Broker broker, Tracing tracing) {
    return tracing.due(broker.due());
  }

  @Produces
  @Singleton
  EventFeed eventFeed(Broker broker) {
    return broker.feed();
  }

  @Produces
  @Singleton
  Ticking.Channels channels(
      Broker broker,
      DueChannel due,
      Tracing tracing,
      Vertx vertx,
      BeanManager beans,
      Event<EventMessage> event) {
    EventChannel events = tracing.events(broker.events());
    return new Ticking.Channels(due, new Observers(events, vertx, beans, event));
  }
}
