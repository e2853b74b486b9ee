package dev.carillon.broker.nats;

import dev.carillon.broker.Broker;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.RequestChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** NATS JetStream, seen from this process. */
public final class NatsBroker implements Broker {

  /** For each of what is under way, what was read ahead, and the connections. */
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final AtomicBoolean closed = new AtomicBoolean();
  private final Availability availability;
  private final NatsThreads threads = new NatsThreads();
  private final NatsLink hot;
  private final NatsLink calm;
  private final AckedPublisher duePublisher;
  private final AckedPublisher eventPublisher;
  private final AckedPublisher deadLetterPublisher;
  private final NatsDueChannel due;
  private final NatsEventChannel events;
  private final NatsEventFeed feed;
  private final NatsRequestChannel requests;
  private final NatsDeadLetters deadLetters;

  /** Returns at once, whether the server is there or not. */
  public static NatsBroker open(NatsSettings settings, InstantSource clock) {
    NatsBroker broker = new NatsBroker(settings, clock);
    broker.hot.open();
    broker.calm.open();
    return broker;
  }

  private NatsBroker(NatsSettings settings, InstantSource clock) {
    availability = new Availability(settings.addresses(), clock);
    hot = new NatsLink("due", settings, Streams.due(settings.replicas()), availability, threads);
    calm =
        new NatsLink("events", settings, Streams.rest(settings.replicas()), availability, threads);
    duePublisher = new AckedPublisher(hot, "due");
    eventPublisher = new AckedPublisher(calm, "events");
    deadLetterPublisher = new AckedPublisher(calm, "dead-letters");
    deadLetters = new NatsDeadLetters(calm, deadLetterPublisher);
    due = new NatsDueChannel(hot, duePublisher, deadLetters, settings.redeliverAfter());
    events = new NatsEventChannel(eventPublisher, settings.source());
    feed = new NatsEventFeed(calm, eventPublisher);
    requests = new NatsRequestChannel(calm, settings.redeliverAfter());
  }

  @Override
  public DueChannel due() {
    return due;
  }

  @Override
  public EventChannel events() {
    return events;
  }

  @Override
  public EventFeed feed() {
    return feed;
  }

  @Override
  public RequestChannel requests() {
    return requests;
  }

  @Override
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  @Override
  public Map<String, String> tell() {
    return Map.of("broker", "nats", "brokerState", availability.tell());
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    due.close();
    requests.close();
    duePublisher.close(CLOSING);
    eventPublisher.close(CLOSING);
    deadLetterPublisher.close(CLOSING);
    hot.close(CLOSING);
    calm.close(CLOSING);
    threads.shutdown();
  }
}
