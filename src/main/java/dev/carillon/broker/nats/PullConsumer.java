package dev.carillon.broker.nats;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.impl.Headers;
import io.nats.client.support.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One consumer of one stream on one connection: makes it where it is missing, and keeps a bounded
 * request for messages waiting at the server. When the server says that the consumer is gone, or
 * says nothing at all for a while, everything is made anew.
 *
 * <p>It speaks the protocol of pulls itself ({@code $JS.API.CONSUMER.MSG.NEXT}): jnats's own
 * subscriptions either take a thread each or read ahead without being asked.
 */
final class PullConsumer {

  private static final Logger LOG = Logger.getLogger(PullConsumer.class);

  /** A request lives so long; what is due meanwhile is answered at once. */
  private static final Duration EXPIRES = Duration.ofSeconds(30);

  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** Two heartbeats that did not come, and a little. */
  private static final long SILENCE_NANOS = Duration.ofSeconds(12).toNanos();

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Where messages go. All of it on the dispatcher's thread, but for {@link #opened}. */
  interface Sink {
    /** On the link's thread, before anything is asked for. */
    default void opened(ConsumerInfo consumer) {}

    void received(Message message);

    /** Nothing else has arrived yet: a good moment to hand over what has. */
    void settled();
  }

  /** Asked each time that the consumer is made. */
  interface Wanted {
    ConsumerConfiguration configuration(JetStreamManagement management)
        throws IOException, JetStreamApiException;
  }

  private final NatsLink link;
  private final Connection connection;
  private final Dispatcher dispatcher;
  private final String stream;
  private final Wanted wantedConsumer;
  private final Sink sink;

  private @Nullable Inbox inbox;
  private int wanted;
  private boolean opening = true;
  private boolean stopped;

  PullConsumer(
      NatsLink link,
      Connection connection,
      Dispatcher dispatcher,
      String stream,
      Wanted wantedConsumer,
      Sink sink) {
    this.link = link;
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.stream = stream;
    this.wantedConsumer = wantedConsumer;
    this.sink = sink;
  }

  /** On the link's thread, as {@link #tick} is. */
  void open() {
    synchronized (this) {
      if (stopped || link.connection() != connection) {
        return;
      }
    }
    try {
      JetStreamManagement management = NatsLink.management(connection);
      ConsumerInfo consumer =
          management.addOrUpdateConsumer(stream, wantedConsumer.configuration(management));
      sink.opened(consumer);
      opened(new Inbox(consumer.getName()));
    } catch (Throwable failure) {
      // An Error too: nobody else would open it again.
      LOG.debugf("no consumer on %s (%s); trying again", stream, failure.getMessage());
      link.suspect("no consumer on " + stream + ": " + failure.getMessage());
      link.later(PAUSE, this::open);
    }
  }

  private synchronized void opened(Inbox fresh) {
    inbox = fresh;
    opening = false;
    ask(wanted);
  }

  /**
   * Sees to it that the server may send between half of {@code most} and {@code most} messages.
   * Never waits.
   */
  synchronized void ask(int most) {
    wanted = most;
    if (inbox != null && !stopped) {
      inbox.ask(most);
    }
  }

  /** Asks for nothing more; what is on its way still arrives. */
  synchronized void stop() {
    stopped = true;
  }

  /**
   * To be asked about a consumer makes the server (2.9 at least) drop requests that nobody listens
   * for any more. Otherwise it finds that out with a message in its hand, and that one message then
   * waits until its time to be given to another is up. On the link's thread.
   */
  void forgetRequests() {
    try {
      String name;
      synchronized (this) {
        name = inbox == null ? null : inbox.consumer;
      }
      if (name != null) {
        NatsLink.management(connection).getConsumerInfo(stream, name);
      }
    } catch (IOException | JetStreamApiException failure) {
      LOG.debugf("the consumer on %s cannot be asked: %s", stream, failure.getMessage());
    }
  }

  void tick() {
    Inbox present;
    synchronized (this) {
      present = inbox;
    }
    if (present != null && present.isSilent()) {
      reopen(present, "nothing heard of it");
    }
  }

  private void reopen(Inbox failed, String reason) {
    synchronized (this) {
      if (inbox != failed || opening || stopped) {
        return;
      }
      opening = true;
      inbox = null;
    }
    LOG.debugf("the consumer on %s is made again: %s", stream, reason);
    failed.close();
    link.suspect("the consumer on " + stream + " ended: " + reason);
    link.later(PAUSE, this::open);
  }

  /** Where the answers to our requests arrive. */
  private final class Inbox {

    private final String address = connection.createInbox();
    private final String consumer;
    private final String requests;
    private final Subscription subscription;
    private int outstanding;

    /** The server took no more requests just now; it is asked again after a pause. */
    private boolean refused;

    private volatile long heard = System.nanoTime();

    Inbox(String consumer) {
      this.consumer = consumer;
      this.requests = "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer;
      this.subscription = dispatcher.subscribe(address, this::arrived);
    }

    void ask(int most) {
      int more = most - outstanding;
      if (refused || more <= 0 || outstanding > most / 2) {
        return;
      }
      if (outstanding == 0) {
        heard = System.nanoTime();
      }
      String request =
          "{\"batch\":"
              + more
              + ",\"expires\":"
              + EXPIRES.toNanos()
              + ",\"idle_heartbeat\":"
              + HEARTBEAT.toNanos()
              + "}";
      try {
        connection.publish(requests, address, request.getBytes(StandardCharsets.US_ASCII));
        outstanding += more;
      } catch (IllegalStateException closed) {
        LOG.tracef("the connection is closed; %s is asked again on the next", stream);
      }
    }

    private void arrived(Message message) {
      heard = System.nanoTime();
      if (message.isStatusMessage()) {
        status(message.getStatus(), message.getHeaders());
      } else {
        synchronized (PullConsumer.this) {
          outstanding = Math.max(0, outstanding - 1);
        }
        sink.received(message);
      }
      // Below zero too: jnats counts a message after it has queued it, perhaps after we took it.
      if (dispatcher.getPendingMessageCount() <= 0) {
        sink.settled();
      }
    }

    /**
     * 100 is a heartbeat; 404, 408 and a finished batch end one request and say how much of it is
     * left; 409 for too many waiting requests refuses one, and passes; everything else means that
     * the consumer cannot serve us.
     */
    private void status(Status status, @Nullable Headers headers) {
      int code = status.getCode();
      if (code == 100) {
        return;
      }
      String text = String.valueOf(status.getMessage());
      if (code == 404 || code == 408 || text.startsWith("Batch Completed")) {
        synchronized (PullConsumer.this) {
          outstanding = Math.max(0, outstanding - left(headers));
          PullConsumer.this.ask(wanted);
        }
      } else if (code == 409 && text.startsWith("Exceeded MaxWaiting")) {
        refused();
      } else {
        link.execute(() -> reopen(this, code + " " + text));
      }
    }

    private void refused() {
      synchronized (PullConsumer.this) {
        if (refused) {
          return;
        }
        refused = true;
      }
      LOG.debugf("too many requests wait at the consumer on %s; asking again in %s", stream, PAUSE);
      link.later(PAUSE, this::askAgain);
    }

    private void askAgain() {
      synchronized (PullConsumer.this) {
        refused = false;
        // Which of our requests still waits is not known: too much is asked for, once.
        outstanding = 0;
        if (inbox == this) {
          PullConsumer.this.ask(wanted);
        }
      }
    }

    private int left(@Nullable Headers headers) {
      String left = headers == null ? null : headers.getFirst("Nats-Pending-Messages");
      // Without the number everything counts as answered: too much is asked for, once.
      return left == null || !left.matches("\\d{1,9}") ? outstanding : Integer.parseInt(left);
    }

    boolean isSilent() {
      synchronized (PullConsumer.this) {
        return outstanding > 0 && System.nanoTime() - heard > SILENCE_NANOS;
      }
    }

    void close() {
      try {
        dispatcher.unsubscribe(subscription);
      } catch (IllegalStateException closed) {
        LOG.tracef("the connection is closed, and its subscriptions with it");
      }
    }
  }
}
