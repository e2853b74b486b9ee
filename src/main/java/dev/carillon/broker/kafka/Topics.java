package dev.carillon.broker.kafka;

import dev.carillon.broker.RequestChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes topics that are missing, before they are used first; what is there already is left as it
 * is. A topic may go again, by an operator's hand or with Kafka's data, so what is known is
 * forgotten when using it failed and when Kafka was away, and those that are read are made again as
 * long as they are read. Says once of each that it cannot be made, and health says so as long as
 * that lasts.
 */
final class Topics {

  /** The beginning of the topics of due events; the queue follows. */
  static final String DUE = "scheduler.job.due.";

  /** How often those that could not be made, or may be gone, are tried again. */
  static final Duration AGAIN = Duration.ofSeconds(30);

  private static final Logger LOG = Logger.getLogger(Topics.class);

  /** Hints go stale in seconds; an hour is for people who look what happened. */
  private static final Map<String, String> OF_DUE =
      Map.of("retention.ms", Long.toString(Duration.ofHours(1).toMillis()));

  /** Shorter than the inbox remembers (eight days): none is brought again that it has forgotten. */
  private static final Map<String, String> OF_REQUESTS =
      Map.of("retention.ms", Long.toString(Duration.ofDays(6).toMillis()));

  private final Connection connection;
  private final int partitions;
  private final @Nullable Short replication;
  private final Map<String, CompletableFuture<Void>> known = new ConcurrentHashMap<>();
  private final Map<String, Missing> missing = new ConcurrentSkipListMap<>();
  private final AtomicBoolean mayNot = new AtomicBoolean();

  /** Cannot be made at present, why, and whether that was said. */
  private record Missing(String reason, boolean said) {}

  /**
   * @param replication null: the broker's default
   */
  Topics(Connection connection, int partitions, @Nullable Short replication) {
    this.connection = connection;
    this.partitions = partitions;
    this.replication = replication;
  }

  /** Completes when all are there; fails when that could not be had, and may be asked again. */
  CompletableFuture<Void> ensure(Collection<String> names) {
    return CompletableFuture.allOf(
        names.stream().map(this::ensure).toArray(CompletableFuture[]::new));
  }

  /** Somebody may have deleted them: the next use looks again. */
  void forget(Collection<String> names) {
    names.forEach(known::remove);
  }

  /** Kafka was away, and may have lost them all. */
  void forgetAll() {
    known.clear();
  }

  /**
   * Makes those that are gone by now. What is known stays so meanwhile: that Kafka cannot make
   * topics for a while is no reason not to use those that are there.
   */
  CompletableFuture<Void> makeAgain(Collection<String> names) {
    return CompletableFuture.allOf(
        names.stream().map(this::make).toArray(CompletableFuture[]::new));
  }

  /** For health: the topics that cannot be made, if there are any. */
  Map<String, String> tell() {
    List<String> told = new ArrayList<>();
    missing.forEach(
        (name, why) -> {
          if (why.said()) {
            told.add(name + " (" + why.reason() + ")");
          }
        });
    return told.isEmpty()
        ? Map.of()
        : Map.of("brokerTopics", "cannot be made: " + String.join(", ", told) + "; retrying");
  }

  private CompletableFuture<Void> ensure(String name) {
    CompletableFuture<Void> there = known.get(name);
    if (there != null) {
      return there;
    }
    CompletableFuture<Void> asked = new CompletableFuture<>();
    there = known.putIfAbsent(name, asked);
    if (there != null) {
      return there;
    }
    make(name)
        .whenComplete(
            (made, failure) -> {
              if (failure == null) {
                asked.complete(null);
              } else {
                known.remove(name, asked);
                asked.completeExceptionally(failure);
              }
            });
    return asked;
  }

  private CompletableFuture<Void> make(String name) {
    return create(name)
        .handle(
            (created, failure) -> {
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              if (cause == null || isThere(name, cause)) {
                there(name);
                return CompletableFuture.<Void>completedFuture(null);
              }
              failed(name, cause);
              return CompletableFuture.<Void>failedFuture(cause);
            })
        .thenCompose(answer -> answer);
  }

  private void there(String name) {
    Missing before = missing.remove(name);
    if (before != null && before.said()) {
      LOG.infof("%s is there now", name);
    }
  }

  /**
   * That nobody answers is the connection's to say; only when it happens again while Kafka is
   * there, it is about topics.
   */
  private void failed(String name, Throwable cause) {
    if (connection.isAway()) {
      return;
    }
    boolean nobodyAnswers =
        cause instanceof RetriableException || cause.getClass() == KafkaException.class;
    String reason = Connection.reason(cause);
    Missing before = missing.get(name);
    boolean said = before != null && (before.said() || nobodyAnswers) || !nobodyAnswers;
    missing.put(name, new Missing(reason, said));
    if (said && (before == null || !before.said())) {
      LOG.warnf(
          "%s cannot be made on Kafka (%s); trying again and again, what goes there waits",
          name, reason);
    }
  }

  private CompletableFuture<Void> create(String name) {
    NewTopic topic =
        new NewTopic(name, Optional.of(partitions), Optional.ofNullable(replication))
            .configs(configs(name));
    try {
      return connection
          .admin()
          .createTopics(List.of(topic))
          .all()
          .toCompletionStage()
          .toCompletableFuture();
    } catch (RuntimeException notNow) {
      return CompletableFuture.failedFuture(notNow);
    }
  }

  private static Map<String, String> configs(String name) {
    if (name.startsWith(DUE)) {
      return OF_DUE;
    }
    return name.equals(RequestChannel.TOPIC) ? OF_REQUESTS : Map.of();
  }

  private boolean isThere(String name, Throwable failure) {
    if (failure instanceof AuthorizationException) {
      if (!mayNot.getAndSet(true)) {
        LOG.warnf(
            "we may not make topics on Kafka; using %s and all others as somebody else makes them",
            name);
      }
      return true;
    }
    return failure instanceof TopicExistsException;
  }
}
