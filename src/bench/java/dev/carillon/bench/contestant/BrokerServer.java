package dev.carillon.bench.contestant;

import dev.carillon.testing.TestKafka;
import dev.carillon.testing.TestNats;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A server that carries Carillon's messages, new and empty; there while one contestant is. */
final class BrokerServer implements AutoCloseable {

  /** Starts a server, and says where it is. */
  private interface Starter {
    Running start();
  }

  /** Counts on a connection of its own. */
  private interface Count {
    long carried() throws Exception;
  }

  private record Running(AutoCloseable server, String variable, String address, Count count) {}

  /** What there is; in-process there is nothing to start. */
  enum Kind {
    IN_PROCESS("", null),
    KAFKA("-kafka", Kind::kafka),
    NATS("-nats", Kind::nats);

    private final String suffix;
    private final @Nullable Starter starter;

    Kind(String suffix, @Nullable Starter starter) {
      this.suffix = suffix;
      this.starter = starter;
    }

    /** Behind the name of a contestant that uses it. */
    String suffix() {
      return suffix;
    }

    /**
     * @throws UnavailableException when this machine has none
     */
    BrokerServer start() {
      Set<Long> before = children();
      try {
        @Nullable Running running = starter == null ? null : starter.start();
        Optional<ProcessHandle> process =
            ProcessHandle.current()
                .children()
                .filter(child -> running != null && !before.contains(child.pid()))
                .findFirst();
        return new BrokerServer(running, process);
      } catch (TestAbortedException none) {
        throw new UnavailableException(String.valueOf(none.getMessage()));
      }
    }

    private static Running kafka() {
      // As it runs in earnest: the short-lived ones of the tests do without the second compiler.
      TestKafka kafka = TestKafka.start(List.of("-XX:+UseG1GC"));
      return new Running(
          kafka, "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap(), () -> carriedByKafka(kafka));
    }

    private static Running nats() {
      TestNats nats = TestNats.start();
      return new Running(nats, "NATS_URL", nats.url(), () -> carriedByNats(nats));
    }

    private static long carriedByKafka(TestKafka kafka) throws Exception {
      try (Admin admin =
          Admin.create(
              Map.<String, Object>of(
                  AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrap()))) {
        Set<String> topics = admin.listTopics().names().get();
        Map<TopicPartition, OffsetSpec> ends =
            admin.describeTopics(topics).allTopicNames().get().values().stream()
                .flatMap(
                    topic ->
                        topic.partitions().stream()
                            .map(part -> new TopicPartition(topic.name(), part.partition())))
                .collect(Collectors.toMap(part -> part, part -> OffsetSpec.latest()));
        return admin.listOffsets(ends).all().get().values().stream()
            .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
            .sum();
      }
    }

    private static long carriedByNats(TestNats nats) throws Exception {
      try (Connection connection = Nats.connect(nats.url())) {
        return connection.jetStreamManagement().getStreams().stream()
            .mapToLong(stream -> stream.getStreamState().getLastSequence())
            .sum();
      }
    }

    private static Set<Long> children() {
      return ProcessHandle.current()
          .children()
          .map(ProcessHandle::pid)
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  private final @Nullable Running running;
  private final Optional<ProcessHandle> process;

  private BrokerServer(@Nullable Running running, Optional<ProcessHandle> process) {
    this.running = running;
    this.process = process;
  }

  /** What Carillon must be told to use it. */
  Map<String, String> environment() {
    return running == null ? Map.of() : Map.of(running.variable(), running.address());
  }

  Optional<ProcessHandle> process() {
    return process;
  }

  /** How many messages it was given since it was started; empty where nobody counts. */
  OptionalLong carried() {
    if (running == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(running.count().carried());
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    if (running != null) {
      try {
        running.server().close();
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
