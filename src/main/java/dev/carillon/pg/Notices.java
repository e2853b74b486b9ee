package dev.carillon.pg;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgChannel;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * LISTEN and NOTIFY: how one process tells another that something earlier than expected has come
 * up. A notice is sent by a statement of its own, after the commit it speaks of (inside a busy
 * transaction it would serialise commits), and may be lost: whoever listens also looks for itself
 * within two seconds.
 */
@Singleton
public class Notices {

  /** What is told; the payload's form is the sender's and the listener's affair. */
  public enum Channel {
    /** Runs that are due soon: {@link DueNotice}. */
    DUE("carillon_due"),
    /** A schedule's next fire changed; no payload. */
    CLOCK("carillon_clock"),
    /** A running run is to be cancelled: its id. */
    CANCEL("carillon_cancel"),
    /**
     * Runs of these schedules ended, or wait for others to end: ids of schedules, a line each
     * ({@link PlaceNotice}).
     */
    PLACE("carillon_place"),
    /** Runs of these groups ended, or were added: ids of groups, in the form of PLACE. */
    GROUP("carillon_group"),
    /** Places under limits were given back by somebody who lets nobody go; no payload. */
    LIMIT("carillon_limit");

    private final String wire;

    Channel(String wire) {
      this.wire = wire;
    }
  }

  private static final Logger LOG = Logger.getLogger(Notices.class);
  private static final String NOTIFY = "select pg_notify($1, $2)";
  private static final long RECONNECT_MILLIS = 500;

  private final Vertx vertx;
  private final Pg pg;
  private final List<Runnable> reconnected = new CopyOnWriteArrayList<>();
  private volatile @Nullable PgSubscriber subscriber;

  Notices(Vertx vertx, Pg pg) {
    this.vertx = vertx;
    this.pg = pg;
  }

  /** Sends a notice; a failure is logged and otherwise left to the listeners' own look. */
  public void send(Channel channel, String payload) {
    pg.asEngine(NOTIFY, Tuple.of(channel.wire, payload))
        .subscribe()
        .with(
            sent -> {},
            failure -> LOG.debugf("notice on %s not sent: %s", channel.wire, failure.getMessage()));
  }

  /** Calls the listener with each payload, on an event loop; it must not block. */
  public void listen(Channel channel, Consumer<String> listener) {
    subscriber().channel(channel.wire).handler(listener::accept);
  }

  /** Called after the connection was lost and is back: notices may have been missed. */
  public void onReconnect(Runnable look) {
    reconnected.add(look);
  }

  /** Connects; completes also when it could not, and keeps trying. */
  public Uni<Void> open() {
    PgSubscriber listening = subscriber();
    return Uni.createFrom()
        .completionStage(() -> listening.connect().otherwiseEmpty().toCompletionStage());
  }

  /** Whether notices arrive; while they do not, listeners poll each second. */
  public boolean isListening() {
    PgSubscriber made = subscriber;
    return made != null && made.actualConnection() != null;
  }

  private synchronized PgSubscriber subscriber() {
    PgSubscriber made = subscriber;
    if (made == null) {
      PgConnectOptions options = pg.engineOptions(false);
      made =
          PgSubscriber.subscriber(vertx, options)
              .reconnectPolicy(
                  retries -> {
                    if (retries == 0) {
                      LOG.warn("lost the connection that listens; polling each second meanwhile");
                    }
                    return RECONNECT_MILLIS;
                  });
      // One object: each call of channel() makes another, and one without a handler is never
      // subscribed.
      PgChannel connected = made.channel("carillon_connected");
      connected.subscribeHandler(subscribed -> reconnected.forEach(Runnable::run));
      connected.handler(payload -> {});
      subscriber = made;
    }
    return made;
  }

  @PreDestroy
  void close() {
    PgSubscriber made = subscriber;
    if (made != null) {
      made.close();
    }
  }
}
