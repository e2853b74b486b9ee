package dev.carillon.broker.kafka;

import dev.carillon.broker.RequestChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes topics that are missing, before they are used first; what is there already is left as it
 * is.
 */
final class Topics {

  /** The beginning of the topics of due events; the queue follows. */
  static final String DUE = "scheduler.job.due.";

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
    create(name)
        .whenComplete(
            (created, failure) -> {
              if (failure == null || isThere(name, failure)) {
                asked.complete(null);
              } else {
                known.remove(name, asked);
                asked.completeExceptionally(failure);
              }
            });
    return asked;
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
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof AuthorizationException) {
      LOG.warnf("we may not make topics on Kafka; using %s as somebody else makes it", name);
      return true;
    }
    return cause instanceof TopicExistsException;
  }
}
