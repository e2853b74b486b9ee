package dev.carillon.broker.nats;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to the server, kept open in the background.
 *
 * <pre>
 * connecting ──connected, streams are there──► up ──connection lost──► connecting (parts are told)
 *     ▲  │ failed: a growing while                │
 *     └──┘                                        └─ suspected ──► streams looked after, still up
 * </pre>
 *
 * jnats could reconnect by itself; but then it sends what was queued when the connection broke,
 * while what was on the wire is lost: later events before earlier ones. A connection here has one
 * life, and what is under way when it ends has failed.
 *
 * <p>Parts are told on the link's own thread, which is also where whatever waits for an answer of
 * the server is done.
 */
final class NatsLink {

  private static final Logger LOG = Logger.getLogger(NatsLink.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** How long the server may take to answer what is asked about streams and consumers. */
  private static final Duration ANSWER = Duration.ofSeconds(2);

  /**
   * A stream that was deleted just now is not made again at once: the server (2.9 at least) is
   * still removing its files, and would remove those of the new one.
   */
  private static final Duration SETTLED = Duration.ofSeconds(1);

  private static final Duration TICK = Duration.ofSeconds(1);

  /** A server that hangs is noticed by its pings within a quarter of a minute. */
  private static final long EXPLAINS_NANOS = Duration.ofSeconds(20).toNanos();

  /**
   * What went wrong, and when by our nanoTime: what is lost much later is lost for a new reason.
   */
  private record Said(String what, long at) {}

  /** Whoever lives on a connection, over many of them. */
  interface Part {
    /** On the link's thread; a failure of its own it retries itself. */
    void up(Connection connection);

    /** On the link's thread; the connection is closed. */
    void down();

    /** On the link's thread, every second while up. */
    default void tick() {}
  }

  private final String name;
  private final NatsSettings settings;
  private final Streams streams;
  private final Availability availability;
  private final NatsThreads threads;
  private final ScheduledThreadPoolExecutor admin;
  private final List<Part> parts = new ArrayList<>();

  private Duration pause = FIRST_PAUSE;
  private boolean suspected;
  private volatile @Nullable Connection connection;
  private volatile @Nullable Said lastFailure;
  private volatile boolean closed;

  NatsLink(
      String name,
      NatsSettings settings,
      Streams streams,
      Availability availability,
      NatsThreads threads) {
    this.name = name;
    this.settings = settings;
    this.streams = streams;
    this.availability = availability;
    this.threads = threads;
    this.admin = NatsThreads.scheduled(1, "nats-" + name);
  }

  void open() {
    availability.connecting(name);
    admin.execute(this::connect);
    admin.scheduleWithFixedDelay(this::tick, 1, TICK.toSeconds(), TimeUnit.SECONDS);
  }

  /** Null while there is none. */
  @Nullable Connection connection() {
    return connection;
  }

  NatsThreads threads() {
    return threads;
  }

  void add(Part part) {
    execute(
        () -> {
          parts.add(part);
          Connection present = connection;
          if (present != null) {
            part.up(present);
          }
        });
  }

  void remove(Part part) {
    execute(() -> parts.remove(part));
  }

  /** On the link's thread, unless the link is closed. */
  void execute(Runnable task) {
    later(Duration.ZERO, task);
  }

  void later(Duration delay, Runnable task) {
    try {
      admin.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      LOG.tracef("link %s is closed; nothing more is done on it", name);
    }
  }

  static JetStreamManagement management(Connection connection) throws IOException {
    return connection.jetStreamManagement(
        JetStreamOptions.builder().requestTimeout(ANSWER).build());
  }

  /**
   * Something was not as it should be, perhaps because a stream is gone: they are looked after.
   * Cheap, from any thread, as often as you like.
   */
  void suspect(String reason) {
    said(reason);
    execute(
        () -> {
          if (!suspected && connection != null) {
            suspected = true;
            later(SETTLED, this::verify);
          }
        });
  }

  /**
   * What a publisher sent was not taken by a stream, which may be there and full: told to health
   * until it takes something. From any thread.
   */
  void refused(String publisher, String reason) {
    availability.away(publishing(publisher), reason);
    suspect(reason);
  }

  /** The publisher's messages are taken again. From any thread. */
  void taken(String publisher) {
    availability.usable(publishing(publisher));
  }

  /** Behind the links in their order: without a link its publishers are no news. */
  private static String publishing(String publisher) {
    return "publishing " + publisher;
  }

  private void verify() {
    Connection present = connection;
    if (present == null) {
      suspected = false;
      return;
    }
    try {
      streams.ensure(management(present));
      suspected = false;
      // All is well again: if the connection is lost later, it is for another reason.
      lastFailure = null;
      availability.usable(name);
    } catch (Throwable failure) {
      availability.away(name, reason(failure));
      later(LONGEST_PAUSE, this::verify);
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    Connection fresh = null;
    try {
      lastFailure = null;
      fresh = Nats.connect(options());
      streams.ensure(management(fresh));
      connected(fresh);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      close(fresh);
    } catch (Throwable failure) {
      // An Error too: a link that is not tried again would be missed by nobody.
      close(fresh);
      availability.away(name, reason(failure));
      LOG.debugf("link %s: %s; trying again in %s", name, reason(failure), pause);
      later(pause.plusMillis(ThreadLocalRandom.current().nextLong(100)), this::connect);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }

  private void connected(Connection fresh) {
    pause = FIRST_PAUSE;
    lastFailure = null;
    connection = fresh;
    availability.usable(name);
    LOG.debugf("link %s is up", name);
    List.copyOf(parts).forEach(part -> guarded(() -> part.up(fresh)));
  }

  private void lost(Connection lost) {
    if (connection == lost) {
      connection = null;
      suspected = false;
      if (!closed) {
        String because = lastFailure();
        availability.away(name, because == null ? "the connection was lost" : because);
      }
      List.copyOf(parts).forEach(part -> guarded(part::down));
      later(pause, this::connect);
    }
  }

  private void tick() {
    if (connection != null) {
      List.copyOf(parts).forEach(part -> guarded(part::tick));
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      // What ends by it would not be begun again: the tick, what a part does later.
      LOG.warnf("link %s: %s; going on", name, NatsSettings.withoutSecrets(failure.toString()));
      LOG.debugf(failure, "link %s", name);
    }
  }

  private Options options() {
    return settings
        .options()
        .connectionName("carillon " + name)
        .executor(threads.pool)
        .connectExecutor(threads.pool)
        .callbackExecutor(threads.pool)
        .scheduledExecutor(threads.timers)
        .errorListener(new Failures())
        .connectionListener(new Ends())
        .build();
  }

  private void said(String what) {
    lastFailure = new Said(what, System.nanoTime());
    LOG.debugf("link %s: %s", name, what);
  }

  private @Nullable String lastFailure() {
    Said last = lastFailure;
    return last == null || System.nanoTime() - last.at > EXPLAINS_NANOS ? null : last.what;
  }

  /** jnats names the servers with their passwords where it cannot connect; we say it ourselves. */
  private String reason(Throwable failure) {
    String because = lastFailure();
    if (failure instanceof JetStreamApiException) {
      return "JetStream refused: " + failure.getMessage();
    }
    if (because != null && !(failure instanceof AuthenticationException)) {
      return because;
    }
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : NatsSettings.withoutSecrets(message);
  }

  /**
   * Ends the link: parts are told, what was sent is out. Bounded, also while the server is away.
   */
  void close(Duration within) {
    closed = true;
    Connection last = connection;
    CompletableFuture<Void> told = new CompletableFuture<>();
    execute(
        () -> {
          connection = null;
          List.copyOf(parts).forEach(part -> guarded(part::down));
          told.complete(null);
        });
    try {
      told.get(within.toMillis(), TimeUnit.MILLISECONDS);
      if (last != null) {
        last.flush(within);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | java.util.concurrent.ExecutionException late) {
      LOG.debugf("link %s: the server does not answer; closing without it", name);
    } catch (IllegalStateException gone) {
      LOG.debugf("link %s was lost before it could be closed", name);
    }
    admin.shutdownNow();
    close(last);
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** jnats would print them; the last one is told where it matters. */
  private final class Failures implements ErrorListener {
    @Override
    public void errorOccurred(Connection conn, String error) {
      said(NatsSettings.withoutSecrets(error));
    }

    @Override
    public void exceptionOccurred(Connection conn, Exception failure) {
      String message = failure.getMessage();
      said(
          NatsSettings.withoutSecrets(
              message == null ? failure.getClass().getSimpleName() : message));
    }
  }

  private final class Ends implements ConnectionListener {
    @Override
    @SuppressWarnings("deprecation") // the only one that must be there
    public void connectionEvent(Connection conn, Events type) {
      if (type == Events.CLOSED) {
        execute(() -> lost(conn));
      }
    }
  }
}
