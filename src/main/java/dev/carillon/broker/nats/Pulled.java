package dev.carillon.broker.nats;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to what consumers of one stream bring, handed over as it is requested. Beyond that
 * a bounded number of messages is read ahead, so that the next request never waits for the server.
 *
 * <p>What is in hand, read ahead or handed over, is known by the address to acknowledge it at; that
 * works over any connection, so it outlives the one it came on. Cancelling gives back whatever is
 * not acknowledged, and what was on its way too.
 *
 * @param <I> a message that was read
 * @param <T> what is handed over
 */
abstract class Pulled<I, T> implements Flow.Subscription, NatsLink.Part, PullConsumer.Sink {

  private static final Logger LOG = Logger.getLogger(Pulled.class);

  private static final byte[] ACK = "+ACK".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NAK = "-NAK".getBytes(StandardCharsets.US_ASCII);

  /** Of many consumers none should ask for single messages only. */
  private static final int LEAST_ASKED = 16;

  private static final Duration DRAIN = Duration.ofSeconds(1);

  protected final NatsLink link;
  private final Flow.Subscriber<? super T> subscriber;
  private final int readAhead;
  private final int batch;
  private final Map<String, PullConsumer> consumers = new ConcurrentHashMap<>();
  private final AtomicInteger deliveries = new AtomicInteger();

  private final Deque<I> waiting = new ArrayDeque<>();
  private final Set<String> inHand = new HashSet<>();
  private long requested;
  private boolean started;
  private volatile boolean cancelled;
  private volatile @Nullable Dispatcher dispatcher;

  /**
   * @param readAhead how many messages are read beyond what is requested
   * @param batch how many are handed over at once at most
   */
  Pulled(NatsLink link, Flow.Subscriber<? super T> subscriber, int readAhead, int batch) {
    this.link = link;
    this.subscriber = subscriber;
    this.readAhead = readAhead;
    this.batch = batch;
  }

  /** On the link's thread: says which consumers there are, with {@link #consume}. */
  abstract void open(Connection connection);

  /** Null: it cannot be read, and has been dealt with. */
  abstract @Nullable I read(Message message);

  /** Makes a hand-over of some messages. */
  abstract T handOver(List<I> messages);

  // ── what the subscriber does
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void request(long n) {
    synchronized (this) {
      requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
      started = true;
    }
    deliver();
    refill();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      waiting.clear();
    }
    link.execute(this::end);
  }

  /** From any thread; the messages need not come again. */
  void acknowledge(Collection<String> addresses) {
    synchronized (this) {
      addresses.forEach(inHand::remove);
    }
    try {
      // Not on an event loop: it is one small message each.
      link.threads().acks.execute(() -> answer(addresses, ACK));
    } catch (RejectedExecutionException closed) {
      LOG.debug("NATS is closed; what was acknowledged comes again");
    }
  }

  // ── on the link's thread
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void up(Connection connection) {
    Dispatcher fresh = connection.createDispatcher();
    fresh.setPendingLimits(-1, -1);
    dispatcher = fresh;
    consumers.clear();
    open(connection);
  }

  @Override
  public void down() {
    dispatcher = null;
    consumers.values().forEach(PullConsumer::stop);
    consumers.clear();
  }

  @Override
  public void tick() {
    consumers.values().forEach(PullConsumer::tick);
  }

  /** Makes the consumer, and reads it from now on; once for each name. */
  void consume(Connection connection, String stream, String name, PullConsumer.Wanted wanted) {
    Dispatcher present = dispatcher;
    if (present == null || cancelled || consumers.containsKey(name)) {
      return;
    }
    PullConsumer consumer = new PullConsumer(link, connection, present, stream, wanted, this);
    consumers.put(name, consumer);
    consumer.open();
    refill();
  }

  /**
   * First the server forgets our requests, then everything is given back: else it would hand some
   * of that to us again, and to nobody when we are gone.
   */
  private void end() {
    link.remove(this);
    consumers.values().forEach(PullConsumer::stop);
    Dispatcher last = dispatcher;
    if (last != null && link.connection() != null) {
      try {
        // What is on its way still arrives, and is in hand then.
        last.drain(DRAIN).get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        consumers.values().forEach(PullConsumer::forgetRequests);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException | IllegalStateException late) {
        LOG.debug("NATS does not answer; what was read ahead comes again later");
      }
    }
    List<String> back;
    synchronized (this) {
      back = List.copyOf(inHand);
      inHand.clear();
    }
    answer(back, NAK);
  }

  // ── on the dispatcher's thread
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void received(Message message) {
    I read = read(message);
    String address = message.getReplyTo();
    if (read == null || address == null) {
      return;
    }
    boolean full;
    synchronized (this) {
      inHand.add(address);
      if (!cancelled) {
        waiting.add(read);
      }
      full = waiting.size() >= batch;
    }
    if (full) {
      settled();
    }
  }

  @Override
  public void settled() {
    deliver();
    refill();
  }

  private void deliver() {
    // Whoever is first delivers for all: the subscriber is called by one thread at a time.
    if (deliveries.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (List<I> next = next(); !next.isEmpty(); next = next()) {
        subscriber.onNext(handOver(next));
      }
      seen = deliveries.addAndGet(-seen);
    } while (seen != 0);
  }

  private synchronized List<I> next() {
    if (cancelled || requested == 0 || waiting.isEmpty()) {
      return List.of();
    }
    if (requested != Long.MAX_VALUE) {
      requested--;
    }
    List<I> next = new ArrayList<>(Math.min(batch, waiting.size()));
    while (next.size() < batch && !waiting.isEmpty()) {
      next.add(waiting.poll());
    }
    return next;
  }

  private void refill() {
    int room;
    synchronized (this) {
      if (!started || cancelled) {
        return;
      }
      room = readAhead - waiting.size();
    }
    int present = consumers.size();
    if (room > 0 && present > 0) {
      int each = Math.max(Math.min(LEAST_ASKED, room), room / present);
      consumers.values().forEach(consumer -> consumer.ask(each));
    }
  }

  private void answer(Collection<String> addresses, byte[] word) {
    Connection present = link.connection();
    if (present == null) {
      return;
    }
    try {
      for (String address : addresses) {
        present.publish(address, word);
      }
    } catch (IllegalStateException closed) {
      LOG.debug("the connection to NATS was lost; what is not acknowledged comes again");
    }
  }
}
