package dev.carillon.broker.kafka;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether Kafka is there, as far as the clients of this process saw last; and the one client that
 * asks when none of them has seen anything for a while. Says once that Kafka is away, and once that
 * it is back.
 *
 * <pre>
 * connecting ──an answer──► connected ──nobody answers──► away ──an answer──► connected
 *      └────────── nobody answers ──────────────────────►──┘
 * </pre>
 */
final class Connection implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Connection.class);

  /** What was seen within that time is believed. */
  private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

  /** It answers in milliseconds when it is there, however much it has to do. */
  private static final int ANSWER_MILLIS = 3_000;

  private final Clients clients;
  private final InstantSource clock;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "carillon-kafka-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicBoolean asking = new AtomicBoolean();
  private Runnable there = () -> {};
  private @Nullable Admin admin;
  private boolean closed;
  private volatile long seenAt = System.nanoTime() - FRESH_NANOS;
  private volatile State state = new State(false, null, "");

  /** {@code away} is null while it is not known to be away. */
  private record State(boolean known, @Nullable Instant away, String reason) {}

  Connection(Clients clients, InstantSource clock) {
    this.clients = clients;
    this.clock = clock;
  }

  /**
   * @param onceThere told whenever Kafka is there after it was not, and first of all
   * @param whileThere done every now and then while it is there
   */
  void open(Runnable onceThere, Runnable whileThere) {
    there = onceThere;
    watch.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.SECONDS);
    watch.scheduleWithFixedDelay(
        () -> {
          if (state.known && state.away == null) {
            whileThere.run();
          }
        },
        Topics.AGAIN.toSeconds(),
        Topics.AGAIN.toSeconds(),
        TimeUnit.SECONDS);
  }

  /**
   * The client for questions about the cluster; thread-safe.
   *
   * @throws KafkaException when it cannot be made now, for example because no address can be
   *     resolved
   */
  synchronized Admin admin() {
    if (closed) {
      throw new KafkaException("the broker was closed");
    }
    if (admin == null) {
      admin = clients.admin();
    }
    return admin;
  }

  /** A client had an answer. Cheap. */
  void seen() {
    seenAt = System.nanoTime();
    if (!state.known || state.away != null) {
      back();
    }
  }

  /**
   * A client had none. That may be for other reasons (a topic whose making has not got around), so
   * Kafka itself is asked, within a second.
   */
  void doubt() {
    seenAt = System.nanoTime() - FRESH_NANOS;
  }

  private void failed(Throwable failure) {
    synchronized (this) {
      if (closed || state.away != null) {
        return;
      }
      state = new State(true, clock.instant(), reason(failure));
    }
    LOG.warnf(
        "Kafka is away (%s); connecting again and again, runs are taken from the table and events"
            + " wait in the outbox",
        state.reason);
  }

  Map<String, String> tell() {
    State now = state;
    String told =
        now.away != null
            ? "away since %s: %s; retrying".formatted(now.away, now.reason)
            : now.known ? "connected" : "connecting";
    return Map.of("broker", "kafka", "brokerState", told);
  }

  boolean isAway() {
    return state.away != null;
  }

  /** One line, without what a client might have been told in confidence. */
  static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getClass() == KafkaException.class) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse(root.getClass().getSimpleName());
  }

  @Override
  public void close() {
    Admin open;
    synchronized (this) {
      closed = true;
      open = admin;
      admin = null;
    }
    watch.shutdownNow();
    if (open != null) {
      open.close(Duration.ofMillis(500));
    }
  }

  private void back() {
    State before;
    synchronized (this) {
      before = state;
      if (closed || before.known && before.away == null) {
        return;
      }
      state = new State(true, null, "");
    }
    if (before.away != null) {
      LOG.infof("Kafka is back; it was away since %s", before.away);
    }
    try {
      watch.execute(there);
    } catch (RejectedExecutionException closing) {
      // Nobody needs to know any more.
    }
  }

  private void look() {
    boolean fresh = state.away == null && System.nanoTime() - seenAt < FRESH_NANOS;
    if (fresh || asking.getAndSet(true)) {
      return;
    }
    try {
      admin()
          .describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS))
          .nodes()
          .whenComplete(
              (nodes, failure) -> {
                asking.set(false);
                if (failure == null) {
                  seen();
                } else {
                  failed(failure);
                }
              });
    } catch (RuntimeException failure) {
      asking.set(false);
      failed(failure);
    }
  }
}
