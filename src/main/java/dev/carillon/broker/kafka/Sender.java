package dev.carillon.broker.kafka;

import dev.carillon.broker.CallersContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One producer and the thread that calls it: a call may wait for metadata or for room. What is
 * handed over is sent in that order, rendered on that thread.
 */
final class Sender implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Sender.class);

  /** Some hundred bytes each: whoever hands over more without waiting for answers is refused. */
  private static final int MOST_WAITING = 100_000;

  private final Supplier<KafkaProducer<byte[], byte[]>> made;
  private final Topics topics;
  private final Connection connection;
  private final ExecutorService thread;
  private final AtomicInteger waiting = new AtomicInteger();

  /** Only on the thread, but for closing. */
  private volatile @Nullable KafkaProducer<byte[], byte[]> producer;

  private volatile boolean broken;

  Sender(
      String name,
      Supplier<KafkaProducer<byte[], byte[]>> made,
      Topics topics,
      Connection connection) {
    this.made = made;
    this.topics = topics;
    this.connection = connection;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread created = new Thread(task, "carillon-kafka-" + name);
              created.setDaemon(true);
              return created;
            });
  }

  /**
   * Completes when Kafka has acknowledged all, fails when it may miss some; on the caller's context
   * where it has one.
   *
   * @param topic where one goes; must agree with what {@code render} makes of it
   */
  <T> Uni<Void> send(
      List<? extends T> items,
      Function<? super T, String> topic,
      Function<? super T, ProducerRecord<byte[], byte[]>> render) {
    return CallersContext.answer(
        Uni.createFrom().emitter(emitter -> accept(items, topic, render, emitter)));
  }

  /** Sends what was handed over, as far as that takes no more than some seconds. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
        thread.shutdownNow();
        thread.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    KafkaProducer<byte[], byte[]> open = producer;
    if (open != null) {
      open.close(Duration.ofSeconds(1));
    }
  }

  private <T> void accept(
      List<? extends T> items,
      Function<? super T, String> topic,
      Function<? super T, ProducerRecord<byte[], byte[]>> render,
      UniEmitter<? super Void> emitter) {
    if (items.isEmpty()) {
      emitter.complete(null);
      return;
    }
    if (waiting.addAndGet(items.size()) > MOST_WAITING) {
      waiting.addAndGet(-items.size());
      emitter.fail(new KafkaException("too much is waiting to be sent"));
      return;
    }
    Set<String> names = new HashSet<>();
    items.forEach(item -> names.add(topic.apply(item)));
    Batch<T> batch = new Batch<>(items, names, render, emitter);
    topics
        .ensure(names)
        .whenComplete(
            (there, failure) -> {
              if (failure == null) {
                batch.submit();
              } else {
                batch.fail(failure);
              }
            });
  }

  private KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> open = producer;
    if (open != null && broken) {
      producer = null;
      // What it still holds fails, and is repeated by those who asked.
      open.close(Duration.ZERO);
      open = null;
    }
    if (open == null) {
      open = made.get();
      broken = false;
      producer = open;
    }
    return open;
  }

  /** Whether a producer is still good after this; whatever is not known to be harmless is not. */
  private static boolean isHarmless(Exception failure) {
    return failure instanceof RetriableException
        || failure instanceof RecordTooLargeException
        || failure instanceof InvalidTopicException
        || failure instanceof AuthorizationException;
  }

  private final class Batch<T> implements Runnable, Callback {

    private final List<? extends T> items;
    private final Set<String> names;
    private final Function<? super T, ProducerRecord<byte[], byte[]>> render;
    private final UniEmitter<? super Void> emitter;
    private final AtomicInteger open;
    private final AtomicBoolean answered = new AtomicBoolean();

    Batch(
        List<? extends T> items,
        Set<String> names,
        Function<? super T, ProducerRecord<byte[], byte[]>> render,
        UniEmitter<? super Void> emitter) {
      this.items = items;
      this.names = names;
      this.render = render;
      this.emitter = emitter;
      this.open = new AtomicInteger(items.size());
    }

    void submit() {
      try {
        thread.execute(this);
      } catch (RejectedExecutionException closed) {
        fail(new KafkaException("the broker was closed", closed));
      }
    }

    @Override
    public void run() {
      try {
        KafkaProducer<byte[], byte[]> open = producer();
        for (T item : items) {
          // After one failure the rest would only wait for the same.
          if (answered.get()) {
            return;
          }
          open.send(render.apply(item), this);
        }
      } catch (RuntimeException failure) {
        broken = true;
        fail(failure);
      }
    }

    @Override
    public void onCompletion(RecordMetadata metadata, @Nullable Exception failure) {
      if (failure != null) {
        if (!isHarmless(failure)) {
          LOG.debugf("a producer is replaced: %s", failure.getMessage());
          broken = true;
        }
        fail(failure);
      } else if (open.decrementAndGet() == 0) {
        connection.seen();
        if (answer()) {
          emitter.complete(null);
        }
      }
    }

    void fail(Throwable failure) {
      if (answer()) {
        Throwable cause =
            failure instanceof java.util.concurrent.CompletionException
                    && failure.getCause() != null
                ? failure.getCause()
                : failure;
        // That one is the message's fault and says nothing about Kafka.
        if (!(cause instanceof RecordTooLargeException)) {
          topics.forget(names);
          connection.doubt();
        }
        emitter.fail(cause);
      }
    }

    private boolean answer() {
      boolean first = answered.compareAndSet(false, true);
      if (first) {
        waiting.addAndGet(-items.size());
      }
      return first;
    }
  }
}
