package dev.carillon.broker.kafka;

import dev.carillon.broker.EventMessage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.Subscriptions.DeferredSubscription;
import java.util.UUID;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants to watch and waits until the topics are read. Gets its subscription when that
 * is so, and its events from the memory once it is known where it goes on. One that was cancelled
 * while it waited says so when it gets the subscription: no earlier, since until then it has none
 * that it could cancel.
 */
final class Joining {

  private final String tenant;
  private final @Nullable UUID lastSeen;
  private final long since;
  private final Flow.Subscriber<? super EventMessage> subscriber;
  private final Given given = new Given();
  private boolean granted;
  private int tries;

  /**
   * @param since when it came, in ms since 1970
   */
  Joining(
      String tenant,
      @Nullable UUID lastSeen,
      long since,
      Flow.Subscriber<? super EventMessage> subscriber) {
    this.tenant = tenant;
    this.lastSeen = lastSeen;
    this.since = since;
    this.subscriber = subscriber;
  }

  String tenant() {
    return tenant;
  }

  @Nullable UUID lastSeen() {
    return lastSeen;
  }

  long since() {
    return since;
  }

  /** Gives it the subscription; false when it does not want it any more. */
  boolean grant() {
    if (!granted) {
      granted = true;
      subscriber.onSubscribe(given);
    }
    return !given.isCancelled();
  }

  /** The how manieth try to find what it saw last this is. */
  int tries() {
    return ++tries;
  }

  /** Shows it these from now on. */
  void show(Multi<EventMessage> events) {
    events.subscribe().withSubscriber(new Shown());
  }

  /** Remembers what is requested before there is anything to request it of. */
  private static final class Given extends DeferredSubscription {

    @Override
    protected boolean isCancelled() {
      return super.isCancelled();
    }
  }

  private final class Shown implements Flow.Subscriber<EventMessage> {

    @Override
    public void onSubscribe(Flow.Subscription events) {
      given.set(events);
    }

    @Override
    public void onNext(EventMessage event) {
      subscriber.onNext(event);
    }

    @Override
    public void onError(Throwable failure) {
      subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }
}
