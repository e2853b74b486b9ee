package dev.carillon.broker.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes Kafka's clients. Each is made of three layers: what we find right, over it what the user
 * sets (addresses, TLS, SASL, sizes), over it what must be so for us to be correct.
 */
final class Clients {

  private static final Map<String, Object> ALL =
      Map.of(
          // Back within two seconds of Kafka's return, without hammering at it.
          "reconnect.backoff.ms", "100",
          "reconnect.backoff.max.ms", "2000",
          "retry.backoff.ms", "100",
          "enable.metrics.push", "false");

  /** A hint that is late is worth nothing: the run has been found in the table by then. */
  private static final Map<String, Object> DUE =
      Map.of(
          "acks", "1",
          "enable.idempotence", "false",
          "linger.ms", "0",
          "request.timeout.ms", "3000",
          "delivery.timeout.ms", "5000",
          "max.block.ms", "2000",
          "buffer.memory", "16777216",
          "compression.type", "none");

  /**
   * Every event on every replica, in order. Given up after ten seconds, well within what a stopping
   * process has; the outbox has it still.
   */
  private static final Map<String, Object> EVENTS =
      Map.of(
          "linger.ms", "2",
          "request.timeout.ms", "5000",
          "delivery.timeout.ms", "10000",
          "max.block.ms", "3000",
          "buffer.memory", "33554432",
          "batch.size", "65536",
          "compression.type", "lz4");

  private static final Map<String, Object> EVENTS_ALWAYS =
      Map.of("acks", "all", "enable.idempotence", "true");

  /** A worker that was killed or is paused is replaced after ten seconds; new queues after five. */
  private static final Map<String, Object> CONSUMER =
      Map.of(
          "fetch.min.bytes", "1",
          "max.partition.fetch.bytes", "262144",
          "fetch.max.bytes", "8388608",
          "max.poll.records", "500",
          "session.timeout.ms", "10000",
          "heartbeat.interval.ms", "3000",
          "metadata.max.age.ms", "5000",
          "default.api.timeout.ms", "10000");

  /**
   * From the earliest: a group that is new to a topic would miss what was published before it came,
   * and one whose place retention has removed goes on with what is left.
   */
  private static final Map<String, Object> CONSUMER_ALWAYS =
      Map.of(
          "enable.auto.commit",
          "false",
          "auto.offset.reset",
          "earliest",
          "allow.auto.create.topics",
          "false",
          "partition.assignment.strategy",
          CooperativeStickyAssignor.class.getName());

  private static final Map<String, Object> ADMIN =
      Map.of("request.timeout.ms", "3000", "default.api.timeout.ms", "5000");

  private final Map<String, Object> set;

  /**
   * @param set what the user sets, {@code bootstrap.servers} at least
   */
  Clients(Map<String, Object> set) {
    this.set = Map.copyOf(set);
  }

  KafkaProducer<byte[], byte[]> dueProducer() {
    return producer(layers(DUE, Map.of()));
  }

  KafkaProducer<byte[], byte[]> eventProducer() {
    return producer(layers(EVENTS, EVENTS_ALWAYS));
  }

  /** For a member of a group. */
  KafkaConsumer<byte[], byte[]> consumer(String group) {
    Map<String, Object> settings = layers(CONSUMER, CONSUMER_ALWAYS);
    settings.put("group.id", group);
    return consumer(settings);
  }

  /** For somebody who reads by himself. */
  KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> settings = layers(CONSUMER, CONSUMER_ALWAYS);
    settings.remove("group.id");
    return consumer(settings);
  }

  Admin admin() {
    return Admin.create(layers(ADMIN, Map.of()));
  }

  private Map<String, Object> layers(Map<String, Object> ours, Map<String, Object> always) {
    Map<String, Object> settings = new HashMap<>(ALL);
    settings.putAll(ours);
    settings.putAll(set);
    settings.putAll(always);
    return settings;
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
