package dev.carillon.broker.nats;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.EventsForgottenException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.io.IOException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The stream of events, for readers in this process, whoever published them.
 *
 * <pre>
 * idle ──first reader──► loading ──the stream's end as it was──► live ──nobody for minutes──► idle
 * </pre>
 *
 * It begins with the stream's last events, as many as are remembered, so that a reader which comes
 * back with the id it saw last finds it here although this process was started since. Readers that
 * come while it loads are served when it has. Bodies are parsed when somebody reads them.
 */
final class NatsEventFeed implements EventFeed, NatsLink.Part, PullConsumer.Sink {

  private static final Logger LOG = Logger.getLogger(NatsEventFeed.class);

  /** How many events are remembered, and how far a reader may fall behind. */
  static final int REMEMBERED = 10_000;

  private static final int READ_AHEAD = 1_000;
  private static final Duration STAYS = Duration.ofMinutes(3);

  private final NatsLink link;
  private final AckedPublisher published;
  private final Deque<Stored> remembered = new ArrayDeque<>();
  private final List<Reader> readers = new CopyOnWriteArrayList<>();
  private final List<Reader> arriving = new CopyOnWriteArrayList<>();

  private boolean running;
  private boolean live;

  /** Where loading ends, and how far we are: sequences of the stream. */
  private long loadUntil;

  private long seen;

  /** What must be added to our nanoTime, in ms, for the server's time; a little too low. */
  private long serverTime;

  /** Which stream that was. */
  private @Nullable ZonedDateTime streamMade;

  private long lastLeft;
  private @Nullable PullConsumer consumer;
  private @Nullable String consumerName;
  private @Nullable Dispatcher dispatcher;

  /**
   * @param published what this process publishes: a reader that comes after it is not shown it
   */
  NatsEventFeed(NatsLink link, AckedPublisher published) {
    this.link = link;
    this.published = published;
  }

  @Override
  public Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen) {
    return Multi.createFrom()
        .<EventMessage>emitter(
            emitter -> arrive(new Reader(tenant, lastSeen, emitter)), REMEMBERED);
  }

  private synchronized void arrive(Reader reader) {
    if (!running) {
      running = true;
      link.add(this);
    }
    if (live) {
      admit(reader);
    } else {
      arriving.add(reader);
    }
    reader.emitter.onTermination(() -> leave(reader));
  }

  private synchronized void leave(Reader reader) {
    readers.remove(reader);
    arriving.remove(reader);
    lastLeft = System.nanoTime();
  }

  /** Where it goes on: behind the event it saw, or with what was stored since it came. */
  private void admit(Reader reader) {
    boolean found = reader.lastSeen == null;
    for (Stored event : remembered) {
      if (found) {
        reader.offerIfNew(event);
      } else {
        found = event.id.equals(reader.lastSeen) && event.tenant.equals(reader.tenant);
      }
    }
    if (found) {
      readers.add(reader);
    } else {
      reader.emitter.fail(new EventsForgottenException(reader.lastSeen));
    }
  }

  // ── on the link's thread
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void up(Connection connection) {
    Dispatcher fresh = connection.createDispatcher();
    fresh.setPendingLimits(-1, -1);
    PullConsumer pulls =
        new PullConsumer(link, connection, fresh, Streams.EVENTS, this::wanted, this);
    synchronized (this) {
      dispatcher = fresh;
      consumer = pulls;
    }
    pulls.open();
  }

  @Override
  public synchronized void down() {
    dispatcher = null;
    consumer = null;
  }

  @Override
  public void tick() {
    if (stopIfIdle()) {
      return;
    }
    PullConsumer present;
    synchronized (this) {
      present = consumer;
    }
    if (present != null) {
      present.tick();
    }
  }

  /** Decides and stops in one: a reader that comes between the two would be told of nothing. */
  private boolean stopIfIdle() {
    Dispatcher last;
    String name;
    synchronized (this) {
      if (!readers.isEmpty()
          || !arriving.isEmpty()
          || System.nanoTime() - lastLeft <= STAYS.toNanos()) {
        return false;
      }
      last = dispatcher;
      name = consumerName;
      if (consumer != null) {
        consumer.stop();
      }
      // Before anybody can arrive and add it again.
      link.remove(this);
      dispatcher = null;
      consumer = null;
      running = false;
      live = false;
      seen = 0;
      remembered.clear();
    }
    Connection connection = link.connection();
    if (connection != null && last != null) {
      try {
        connection.closeDispatcher(last);
        NatsLink.management(connection).deleteConsumer(Streams.EVENTS, name);
      } catch (IOException | JetStreamApiException | IllegalStateException gone) {
        LOG.debug("the consumer of the event feed is left to the server, which forgets it");
      }
    }
    return true;
  }

  /** At first from where the last {@link #REMEMBERED} begin, later from where it was. */
  private ConsumerConfiguration wanted(JetStreamManagement management)
      throws IOException, JetStreamApiException {
    StreamInfo info = management.getStreamInfo(Streams.EVENTS);
    StreamState stream = info.getStreamState();
    long last = stream.getLastSequence();
    synchronized (this) {
      if (!info.getCreateTime().equals(streamMade)) {
        // The stream was lost and made again, or is new to us: it counts from the beginning.
        streamMade = info.getCreateTime();
        seen = 0;
      }
      if (!live) {
        loadUntil = last;
      }
      long from = Math.max(seen + 1, Math.max(stream.getFirstSequence(), last - REMEMBERED + 1));
      return ConsumerConfiguration.builder()
          .deliverPolicy(DeliverPolicy.ByStartSequence)
          .startSequence(Math.max(1, from))
          .ackPolicy(AckPolicy.None)
          .memStorage(true)
          .numReplicas(1)
          .inactiveThreshold(Duration.ofMinutes(1))
          .build();
    }
  }

  @Override
  public void opened(ConsumerInfo info) {
    synchronized (this) {
      consumerName = info.getName();
      // It was made before we heard of it, so this is too low rather than too high.
      serverTime = info.getCreationTime().toInstant().toEpochMilli() - millis();
      loaded();
      if (consumer != null) {
        consumer.ask(READ_AHEAD);
      }
    }
  }

  // ── on the dispatcher's thread
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void received(Message message) {
    Stored event = Stored.of(message);
    synchronized (this) {
      long sequence = message.metaData().streamSequence();
      if (sequence <= seen) {
        return;
      }
      seen = sequence;
      if (event != null) {
        if (remembered.size() == REMEMBERED) {
          remembered.removeFirst();
        }
        remembered.addLast(event);
        readers.forEach(reader -> reader.offer(event));
      }
      loaded();
      if (consumer != null) {
        consumer.ask(READ_AHEAD);
      }
    }
  }

  @Override
  public void settled() {
    // Each is handed on as it comes.
  }

  private void loaded() {
    if (!live && seen >= loadUntil) {
      live = true;
      arriving.forEach(this::admit);
      arriving.clear();
    }
  }

  private static long millis() {
    return System.nanoTime() / 1_000_000;
  }

  /** Parsed when the first reader wants it: most events have no reader. */
  private static final class Stored {

    private final String tenant;
    private final UUID id;
    private final long storedAt;
    private final long sequence;
    private byte @Nullable [] body;
    private @Nullable EventMessage event;

    private Stored(long sequence, String tenant, UUID id, long storedAt, byte[] body) {
      this.sequence = sequence;
      this.tenant = tenant;
      this.id = id;
      this.storedAt = storedAt;
      this.body = body;
    }

    /** Null: none of ours. */
    static @Nullable Stored of(Message message) {
      try {
        String subject = message.getSubject();
        String id = Messages.header(message, Messages.ID);
        byte[] body = message.getData();
        return new Stored(
            message.metaData().streamSequence(),
            subject.substring(subject.lastIndexOf('.') + 1),
            id == null ? CloudEvents.read(body).id() : UUID.fromString(id),
            message.metaData().timestamp().toInstant().toEpochMilli(),
            body);
      } catch (RuntimeException unreadable) {
        LOG.debugf("a message on %s is no event of ours; ignored", message.getSubject());
        return null;
      }
    }

    /** Null: it cannot be read. */
    @Nullable EventMessage event() {
      byte[] unread = body;
      if (unread != null) {
        body = null;
        try {
          event = CloudEvents.read(unread);
        } catch (RuntimeException unreadable) {
          LOG.debugf("event %s cannot be read; nobody is told of it", id);
        }
      }
      return event;
    }
  }

  private final class Reader {

    private final String tenant;
    private final @Nullable UUID lastSeen;
    private final long since = millis();
    private final long after = published.lastSequence();
    private final MultiEmitter<? super EventMessage> emitter;

    Reader(String tenant, @Nullable UUID lastSeen, MultiEmitter<? super EventMessage> emitter) {
      this.tenant = tenant;
      this.lastSeen = lastSeen;
      this.emitter = emitter;
    }

    void offerIfNew(Stored event) {
      if (lastSeen != null || event.storedAt >= since + serverTime) {
        offer(event);
      }
    }

    void offer(Stored event) {
      boolean wanted = lastSeen != null || event.sequence > after;
      if (wanted && event.tenant.equals(tenant) && !emitter.isCancelled()) {
        EventMessage read = event.event();
        if (read != null) {
          emitter.emit(read);
        }
      }
    }
  }
}
