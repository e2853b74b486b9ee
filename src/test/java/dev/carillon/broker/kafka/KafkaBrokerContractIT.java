package dev.carillon.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.Broker;
import dev.carillon.broker.BrokerOutageContract;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.Message;
import dev.carillon.broker.RequestChannel;
import dev.carillon.broker.kafka.KafkaBroker.EventTopics;
import dev.carillon.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The contract on a real Kafka, watched by plain clients of Kafka. */
class KafkaBrokerContractIT extends BrokerOutageContract {

  private static final int PARTITIONS = 3;

  private TestKafka kafka;
  private KafkaProducer<byte[], byte[]> stranger;
  private KafkaConsumer<byte[], byte[]> onlooker;

  @BeforeAll
  void startKafka() {
    kafka = TestKafka.start();
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrap());
    stranger = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    // A service that asks makes the topic, if it comes before us.
    try (Admin admin = Admin.create(settings)) {
      admin
          .createTopics(List.of(new NewTopic(RequestChannel.TOPIC, PARTITIONS, (short) 1)))
          .all()
          .get();
    } catch (InterruptedException | ExecutionException failure) {
      throw new AssertionError(failure);
    }
    onlooker =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterAll
  void stopKafka() {
    stranger.close(Duration.ZERO);
    onlooker.close();
    kafka.close();
  }

  @Override
  protected Broker open() {
    return open(null);
  }

  private Broker open(@Nullable Short replication) {
    return KafkaBroker.open(
        new KafkaBroker.Settings(
            Map.of(
                "bootstrap.servers", kafka.bootstrap(),
                "metadata.max.age.ms", "1000",
                // One that could not take its leave is missed sooner.
                "session.timeout.ms", "2000",
                "heartbeat.interval.ms", "500"),
            PARTITIONS,
            replication,
            EventTopics.TYPE,
            "/carillon/test"),
        InstantSource.system());
  }

  @Override
  protected void stopServer() {
    kafka.stop();
  }

  @Override
  protected void startServer() {
    kafka.startAgain();
  }

  @Override
  protected void sendDue(String queue, byte[] body) {
    send("scheduler.job.due." + queue, Map.of(), body);
  }

  @Override
  protected void sendRequest(Map<String, String> headers, byte[] body) {
    send(RequestChannel.TOPIC, headers, body);
  }

  @Override
  protected List<Found> find(String topic) {
    List<TopicPartition> partitions =
        onlooker.listTopics().getOrDefault(topic, List.of()).stream()
            .map(one -> new TopicPartition(topic, one.partition()))
            .toList();
    onlooker.assign(partitions);
    onlooker.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = onlooker.endOffsets(partitions);
    List<Found> found = new ArrayList<>();
    while (ends.entrySet().stream().anyMatch(e -> onlooker.position(e.getKey()) < e.getValue())) {
      onlooker.poll(Duration.ofMillis(100)).forEach(record -> found.add(found(record)));
    }
    return found;
  }

  @Override
  protected String addressOf(EventMessage event) {
    return event.type();
  }

  @Override
  protected boolean hasKeys() {
    return true;
  }

  @Test
  void aMessageWhoseHeadersAreTooLongIsSetAsideWithoutThem() throws Exception {
    String mark = UUID.randomUUID().toString();
    byte[] body = mark.getBytes(StandardCharsets.UTF_8);
    Message message =
        new Message(
            RequestChannel.TOPIC, "3/44", Map.of("x-long", "x".repeat(1024 * 1024 - 200)), body);

    try (Broker broker = open()) {
      broker.deadLetters().setAside(message, "jobKey is missing", null).await().atMost(SOON);
    }

    Found aside =
        find(DeadLetters.TOPIC).stream()
            .filter(one -> Arrays.equals(one.body(), body))
            .findFirst()
            .orElseThrow();
    assertThat(aside.headers())
        .containsEntry(DeadLetters.REASON, "jobKey is missing")
        .containsEntry(DeadLetters.ORIGINAL_OFFSET, "3/44")
        .containsEntry(DeadLetters.TRUNCATED, Integer.toString(body.length))
        .doesNotContainKey("x-long");
  }

  @Test
  void healthTellsWhichTopicsCannotBeMadeUntilTheyAreThere() throws Exception {
    String topic = "scheduler.job.due.q" + UUID.randomUUID();
    try (Broker broker = open((short) 3);
        Admin admin = admin()) {
      broker
          .due()
          .consume(Set.of(topic.substring("scheduler.job.due.".length())))
          .subscribe()
          .with(batch -> {}, failure -> {});
      await().atMost(SOON).until(() -> String.valueOf(broker.tell()).contains(topic));
      assertThat(broker.tell())
          .containsEntry("brokerState", "connected")
          .hasEntrySatisfying(
              "brokerTopics", told -> assertThat(told).startsWith("cannot be made: "));

      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();

      await().atMost(SOON).until(() -> !String.valueOf(broker.tell()).contains(topic));
    }
  }

  /** In the long form: readers look for their topics every half a minute. */
  @Test
  @EnabledIfSystemProperty(named = "dev.carillon.full", matches = "true")
  void aTopicThatIsDeletedWhileItIsReadIsMadeAgain() throws Exception {
    String topic = "scheduler.job.due.q" + UUID.randomUUID();
    try (Broker broker = open();
        Admin admin = admin()) {
      broker
          .due()
          .consume(Set.of(topic.substring("scheduler.job.due.".length())))
          .subscribe()
          .with(batch -> {}, failure -> {});
      await().atMost(SOON).until(() -> topics(admin).contains(topic));

      admin.deleteTopics(List.of(topic)).all().get();
      await().atMost(SOON).until(() -> !topics(admin).contains(topic));

      await().atMost(Topics.AGAIN.plus(SOON)).until(() -> topics(admin).contains(topic));
    }
  }

  /** In the long form: it stops Kafka once more. */
  @Test
  @EnabledIfSystemProperty(named = "dev.carillon.full", matches = "true")
  void topicsThatKafkaLostWhileItWasAwayAreMadeOnceItIsBack() throws Exception {
    String topic = "scheduler.run.succeeded";
    try (Broker broker = open();
        Admin admin = admin()) {
      await().atMost(SOON).until(() -> topics(admin).contains(topic));
      await().atMost(SOON).until(() -> "connected".equals(broker.tell().get("brokerState")));

      admin.deleteTopics(List.of(topic)).all().get();
      kafka.stop();
      await().atMost(SOON).until(() -> broker.tell().get("brokerState").startsWith("away"));
      kafka.startAgain();

      await().atMost(SOON).until(() -> topics(admin).contains(topic));
    } finally {
      kafka.startAgain();
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
  }

  private static Set<String> topics(Admin admin) throws Exception {
    return admin.listTopics().names().get();
  }

  private void send(String topic, Map<String, String> headers, byte[] body) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, body);
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    try {
      stranger.send(record).get();
    } catch (InterruptedException | ExecutionException failure) {
      throw new AssertionError(failure);
    }
  }

  private static Found found(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    record
        .headers()
        .forEach(
            header ->
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
    return new Found(
        record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
        headers,
        record.value());
  }
}
