package dev.carillon.boot;

import dev.carillon.broker.Broker;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.inprocess.InProcessBroker;
import dev.carillon.broker.kafka.KafkaBroker;
import dev.carillon.broker.nats.NatsBroker;
import dev.carillon.broker.nats.NatsSettings;
import dev.carillon.event.Relay;
import dev.carillon.observe.tracing.Tracing;
import io.nats.client.Options;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Opens the broker that the configuration names, and hands out its ends. */
class Brokers {

  /**
   * @param kafka all that is set as {@code kafka.*}, by the names of Kafka's clients
   */
  @Produces
  @Singleton
  Broker broker(
      CarillonConfig config,
      @ConfigProperty(name = "carillon.instance", defaultValue = "local") String instance,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    String source = "/carillon/" + instance;
    return switch (config.broker()) {
      case KAFKA -> kafka(config, source, kafka);
      case NATS -> nats(config, source);
      case IN_PROCESS -> new InProcessBroker();
    };
  }

  private static Broker kafka(CarillonConfig config, String source, Map<String, Object> client) {
    KafkaBroker.Settings settings =
        new KafkaBroker.Settings(
            client,
            config.kafka().partitions(),
            config.kafka().replication().orElse(null),
            KafkaBroker.EventTopics.valueOf(config.eventTopics().name()),
            source);
    // Messages are stamped by the clocks of machines, not by the database's.
    return KafkaBroker.open(settings, InstantSource.system());
  }

  private static Broker nats(CarillonConfig config, String source) {
    NatsSettings settings =
        new NatsSettings(
            config.nats().url().orElse(Options.DEFAULT_URL),
            config.nats().credentials().orElse(null),
            config.nats().replicas(),
            config.nats().client(),
            source);
    return NatsBroker.open(settings, InstantSource.system());
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
      Event<EventMessage> event,
      @ConfigProperty(name = "carillon.instance", defaultValue = "local") String instance) {
    EventChannel events = new Observers(tracing.events(broker.events()), vertx, beans, event);
    return new Ticking.Channels(
        due, new Relay.Channels(events, broker.deadLetters(), "/carillon/" + instance));
  }
}
