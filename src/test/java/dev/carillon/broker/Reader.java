package dev.carillon.broker;

import static dev.carillon.broker.BrokerContract.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.RequestChannel.Incoming;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads a channel of a broker, no faster than it is told to, and keeps what it is given. */
abstract class Reader<T> implements Flow.Subscriber<T> {

  final List<T> received = new CopyOnWriteArrayList<>();
  volatile @Nullable Throwable failure;
  private final long requests;
  private volatile Flow.@Nullable Subscription subscription;

  /**
   * @param requests how many it asks for at once; 0: none until {@link #request}
   */
  private Reader(long requests) {
    this.requests = requests;
  }

  final void awaitSubscription() {
    await().atMost(SOON).until(() -> subscription != null);
  }

  final void request(long n) {
    awaitSubscription();
    subscription.request(n);
  }

  final void cancel() {
    Flow.Subscription granted = subscription;
    if (granted != null) {
      granted.cancel();
    }
  }

  @Override
  public final void onSubscribe(Flow.Subscription granted) {
    subscription = granted;
    if (requests > 0) {
      granted.request(requests);
    }
  }

  @Override
  public void onNext(T one) {
    received.add(one);
  }

  @Override
  public final void onError(Throwable thrown) {
    failure = thrown;
  }

  @Override
  public final void onComplete() {}

  /** A worker, as far as the channel can tell. */
  static final class DueReader extends Reader<DueBatch> {

    final Broker broker;
    final List<JobDue> due = new CopyOnWriteArrayList<>();
    private volatile boolean acknowledging;
    private int acknowledged;

    DueReader(Broker broker, long requests) {
      super(requests);
      this.broker = broker;
    }

    /** From the next batch on; what is in hand goes with it. */
    DueReader acknowledging() {
      acknowledging = true;
      return this;
    }

    synchronized void acknowledgeAll() {
      for (; acknowledged < received.size(); acknowledged++) {
        received.get(acknowledged).acknowledge();
      }
    }

    Set<UUID> runs() {
      return BrokerContract.runs(due);
    }

    @Override
    public void onNext(DueBatch batch) {
      super.onNext(batch);
      due.addAll(batch.due());
      if (acknowledging) {
        acknowledgeAll();
      }
    }
  }

  /** A reader of GET /events. */
  static final class FeedReader extends Reader<EventMessage> {

    FeedReader() {
      super(Long.MAX_VALUE);
    }

    List<UUID> ids() {
      return received.stream().map(EventMessage::id).toList();
    }

    void awaitIds(Set<UUID> expected) {
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(new HashSet<>(ids())).containsAll(expected));
    }
  }

  /** The inbox, as far as the channel can tell. */
  static final class RequestReader extends Reader<Incoming> {

    RequestReader(long requests) {
      super(requests);
    }

    /** Those whose body has the mark of a case. */
    List<Incoming> of(String mark) {
      return received.stream()
          .filter(one -> new String(one.message().body(), StandardCharsets.UTF_8).contains(mark))
          .toList();
    }

    void awaitAtLeast(int count, String mark) {
      await().atMost(SOON).until(() -> of(mark).size() >= count);
    }
  }
}
