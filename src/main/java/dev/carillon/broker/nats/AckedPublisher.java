package dev.carillon.broker.nats;

import dev.carillon.broker.CallersContext;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Publishes batches in order, many messages at a time, and completes each when the stream has all
 * of its messages. Its own thread renders and sends; whoever publishes never waits.
 *
 * <p>Acknowledgements are counted on an inbox of our own: jnats's asynchronous publish keeps a
 * future, a map entry and a parsed document for every message. A batch fails at the first message
 * that is refused, when the connection is lost, and when nothing is acknowledged for a while; then
 * no further message of it is sent.
 */
final class AckedPublisher implements NatsLink.Part {

  /** On the way at once: enough for any network, few enough that not much follows a failure. */
  private static final int MOST_ON_THE_WAY = 2_000;

  private static final long MOST_BYTES_ON_THE_WAY = 16L * 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Until a connection is there, before a batch fails. */
  private static final Duration AWAY_PATIENCE = Duration.ofSeconds(3);

  private static final long REFUSAL_HOLDS_NANOS = Duration.ofMinutes(1).toNanos();

  private static final Pattern SEQUENCE = Pattern.compile("\"seq\":\\s*(\\d{1,18})");
  private static final byte[] ERROR = "\"error\":".getBytes(StandardCharsets.US_ASCII);

  /** What is sent; the headers may be null. */
  record Outgoing(String subject, @Nullable Headers headers, byte[] body) {}

  private record Session(Connection connection, String inbox) {}

  private final NatsLink link;
  private final String name;
  private final ExecutorService sender;
  private final Map<String, Batch> open = new ConcurrentHashMap<>();
  private long batches;
  private final Object sessions = new Object();
  private volatile @Nullable Session session;
  private volatile long lastSequence;

  /** Since the last batch that the stream took. */
  private volatile boolean refusing;

  private volatile long refusedAt;

  AckedPublisher(NatsLink link, String name) {
    this.link = link;
    this.name = name;
    this.sender = Executors.newSingleThreadExecutor(NatsThreads.named("nats-publish-" + name));
    link.add(this);
  }

  /**
   * Completes on the Vert.x context of who subscribes, if there is one: what comes after may touch
   * what lives there.
   *
   * @param render runs on the publisher's thread
   */
  <T> Uni<Void> publish(List<T> items, Function<T, Outgoing> render) {
    if (items.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return CallersContext.answer(
        Uni.createFrom().emitter(emitter -> begin(items, render, emitter)));
  }

  private <T> void begin(
      List<T> items, Function<T, Outgoing> render, UniEmitter<? super Void> emitter) {
    try {
      sender.execute(() -> send(items, render, new Batch(items.size(), emitter)));
    } catch (RejectedExecutionException ended) {
      emitter.fail(new IllegalStateException("NATS is closed"));
    }
  }

  private <T> void send(List<T> items, Function<T, Outgoing> render, Batch batch) {
    Session present = awaitSession();
    if (present == null) {
      batch.fail("NATS is away");
      return;
    }
    String token = Long.toString(++batches);
    String replyTo = present.inbox + token;
    open.put(token, batch);
    try {
      // The connection may have gone between the look and the entry; nobody would fail it then.
      if (session != present) {
        batch.fail("the connection to NATS was lost");
      }
      for (T item : items) {
        Outgoing message = render.apply(item);
        if (!batch.awaitRoom(message.body.length)) {
          return;
        }
        present.connection.publish(message.subject, replyTo, message.headers, message.body);
      }
      batch.awaitEnd();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      batch.fail("NATS is closed");
    } catch (Throwable failure) {
      // An Error too: whoever published waits for an answer.
      String message = failure.getMessage();
      batch.fail(message == null ? failure.toString() : NatsSettings.withoutSecrets(message));
    } finally {
      open.remove(token);
    }
  }

  /** At the start, and when the server is restarted, it takes a moment. */
  private @Nullable Session awaitSession() {
    long deadline = System.nanoTime() + AWAY_PATIENCE.toNanos();
    synchronized (sessions) {
      try {
        while (session == null) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (left <= 0) {
            return null;
          }
          sessions.wait(left);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      return session;
    }
  }

  /**
   * The stream's sequence of the last message of the last batch that was published; 0 when that is
   * not known, or has been forgotten since because it may no longer hold.
   */
  long lastSequence() {
    return lastSequence;
  }

  @Override
  public void up(Connection connection) {
    String inbox = connection.createInbox() + ".";
    Dispatcher acks = connection.createDispatcher();
    acks.setPendingLimits(-1, -1);
    acks.subscribe(inbox + "*", message -> acknowledged(message, inbox.length()));
    synchronized (sessions) {
      session = new Session(connection, inbox);
      sessions.notifyAll();
    }
  }

  @Override
  public void down() {
    session = null;
    lastSequence = 0;
    open.values().forEach(batch -> batch.fail("the connection to NATS was lost"));
  }

  /**
   * Whoever is refused tries again within seconds. If nobody does any more, another process
   * publishes now, and what holds for it is not known here.
   */
  @Override
  public void tick() {
    if (refusing && System.nanoTime() - refusedAt > REFUSAL_HOLDS_NANOS) {
      taken();
    }
  }

  private void taken() {
    if (refusing) {
      refusing = false;
      link.taken(name);
    }
  }

  private void acknowledged(Message message, int prefix) {
    Batch batch = open.get(message.getSubject().substring(prefix));
    if (batch == null) {
      return;
    }
    if (message.isStatusMessage()) {
      batch.fail("no stream takes it");
      link.suspect("a stream is missing");
    } else if (isError(message.getData())) {
      String refused = new String(message.getData(), StandardCharsets.UTF_8);
      batch.fail("JetStream refused it: " + refused);
      refusedAt = System.nanoTime();
      refusing = true;
      link.refused(name, "JetStream refused a message: " + refused);
    } else {
      batch.one(message.getData());
    }
  }

  /** 0: it names none. */
  static long sequence(byte[] ack) {
    Matcher matcher = SEQUENCE.matcher(new String(ack, StandardCharsets.UTF_8));
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** Otherwise it names the stream and the sequence, and both are free of quotes. */
  static boolean isError(byte[] ack) {
    for (int i = 0; i <= ack.length - ERROR.length; i++) {
      if (Arrays.equals(ack, i, i + ERROR.length, ERROR, 0, ERROR.length)) {
        return true;
      }
    }
    return false;
  }

  /** Waits for what is on its way, within bounds; takes nothing more. */
  void close(Duration within) {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(
          session == null ? 0 : within.toMillis(), TimeUnit.MILLISECONDS)) {
        open.values().forEach(batch -> batch.fail("NATS is closed"));
        sender.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      sender.shutdownNow();
    }
  }

  private final class Batch {

    private final int size;
    private final UniEmitter<? super Void> emitter;
    private int sent;
    private int acknowledged;
    private long bytes;
    private boolean ended;

    Batch(int size, UniEmitter<? super Void> emitter) {
      this.size = size;
      this.emitter = emitter;
    }

    synchronized boolean awaitRoom(int more) throws InterruptedException {
      while (!ended && isFull()) {
        awaitProgress();
      }
      sent++;
      bytes += more;
      return !ended;
    }

    /** Acknowledgements carry no size, so the mean stands for it. */
    private boolean isFull() {
      int onTheWay = sent - acknowledged;
      return onTheWay >= MOST_ON_THE_WAY
          || onTheWay > 0 && bytes / sent * onTheWay >= MOST_BYTES_ON_THE_WAY;
    }

    /**
     * The next batch is sent once this one is there: a batch that fails must not be followed by a
     * later one that did not.
     */
    synchronized void awaitEnd() throws InterruptedException {
      while (!ended) {
        awaitProgress();
      }
    }

    private void awaitProgress() throws InterruptedException {
      int before = acknowledged;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!ended && acknowledged == before) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          link.suspect("no answer within " + PATIENCE.toSeconds() + " s");
          fail("NATS did not answer within " + PATIENCE.toSeconds() + " s");
          return;
        }
        wait(left);
      }
    }

    void one(byte[] ack) {
      boolean complete;
      synchronized (this) {
        acknowledged++;
        complete = !ended && acknowledged == size;
        ended |= complete;
        // Waking the sender for each would cost more than what it sends.
        if (ended || (sent - acknowledged) % 256 == 0) {
          notifyAll();
        }
      }
      if (complete) {
        lastSequence = sequence(ack);
        taken();
        emitter.complete(null);
      }
    }

    void fail(String why) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        notifyAll();
      }
      lastSequence = 0;
      emitter.fail(new IllegalStateException(why));
    }
  }
}
