package dev.carillon.broker.kafka;

import dev.carillon.broker.Broker;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.EventTypes;
import dev.carillon.broker.RequestChannel;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kafka, or what speaks its protocol, from version 2.4 on. */
public final class KafkaBroker implements Broker {

  private final Connection connection;
  private final Topics topics;
  private final Sender dueSender;
  private final Sender eventSender;
  private final Readers readers;
  private final KafkaDueChannel due;
  private final KafkaEventChannel events;
  private final KafkaEventFeed feed;
  private final KafkaRequestChannel requests;
  private final KafkaDeadLetters deadLetters;

  /**
   * @param client settings of Kafka's clients, by Kafka's names; {@code bootstrap.servers} at least
   * @param partitions of topics that are made
   * @param replication of topics that are made; null: the broker's default
   * @param eventTopics how events are spread over topics
   * @param source which Carillon tells the events: {@code /carillon/{instance}}
   */
  public record Settings(
      Map<String, Object> client,
      int partitions,
      @Nullable Short replication,
      EventTopics eventTopics,
      String source) {}

  /** How events are spread over topics. */
  public enum EventTopics {
    /** {@code scheduler.run.succeeded} has a topic of its own. */
    TYPE {
      @Override
      String topicOf(String type) {
        return type;
      }
    },
    /** All events of runs are in {@code scheduler.run}, in the order of their arrival. */
    AGGREGATE {
      @Override
      String topicOf(String type) {
        return type.substring(0, type.lastIndexOf('.'));
      }
    };

    abstract String topicOf(String type);

    String topicOf(EventMessage event) {
      return topicOf(event.type());
    }
  }

  private KafkaBroker(Settings settings, InstantSource clock) {
    Clients clients = new Clients(settings.client());
    connection = new Connection(clients, clock);
    topics = new Topics(connection, settings.partitions(), settings.replication());
    dueSender = new Sender("due", clients::dueProducer, topics, connection);
    eventSender = new Sender("events", clients::eventProducer, topics, connection);
    deadLetters = new KafkaDeadLetters(eventSender);
    readers = new Readers(clients, topics, connection, deadLetters);
    due = new KafkaDueChannel(dueSender, readers);
    events = new KafkaEventChannel(eventSender, settings.eventTopics(), settings.source());
    requests = new KafkaRequestChannel(readers);
    feed = new KafkaEventFeed(clients, connection, clock);
  }

  /**
   * Returns at once, whether Kafka is there or not.
   *
   * @param clock by which messages' times are compared with "now", so the machine's own
   */
  public static KafkaBroker open(Settings settings, InstantSource clock) {
    KafkaBroker broker = new KafkaBroker(settings, clock);
    Set<String> named = namedForOthers(settings.eventTopics());
    broker.connection.open(
        () -> {
          broker.topics.forgetAll();
          broker.topics.ensure(named);
        },
        () -> broker.topics.ensure(named));
    return broker;
  }

  /** Some clients cannot subscribe to a topic, or publish to one, that is not there yet. */
  private static Set<String> namedForOthers(EventTopics form) {
    Set<String> names = new HashSet<>(Set.of(RequestChannel.TOPIC, DeadLetters.TOPIC));
    EventTypes.OF_RUNS.forEach(type -> names.add(form.topicOf(type)));
    return names;
  }

  @Override
  public DueChannel due() {
    return due;
  }

  @Override
  public EventChannel events() {
    return events;
  }

  @Override
  public EventFeed feed() {
    return feed;
  }

  @Override
  public RequestChannel requests() {
    return requests;
  }

  @Override
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  @Override
  public Map<String, String> tell() {
    Map<String, String> told = new LinkedHashMap<>(connection.tell());
    told.putAll(topics.tell());
    return told;
  }

  /** Readers first: they may still set something aside. Some seconds at most. */
  @Override
  public void close() {
    readers.close();
    feed.close();
    dueSender.close();
    eventSender.close();
    connection.close();
  }
}
