package dev.carillon.event.integration;

import dev.carillon.broker.Message;
import dev.carillon.broker.RequestChannel;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A channel that a test feeds: what is not acknowledged when a reader leaves, or the channel
 * breaks, comes again to the next.
 */
final class FedChannel implements RequestChannel {

  final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  final AtomicInteger mostInHand = new AtomicInteger();
  final AtomicInteger readers = new AtomicInteger();
  private final Map<String, Message> open = new ConcurrentHashMap<>();
  private final Set<String> inHand = ConcurrentHashMap.newKeySet();
  private MultiEmitter<? super Incoming> emitter;

  @Override
  public Multi<Incoming> consume() {
    return Multi.createFrom()
        .<Incoming>emitter(this::open, BackPressureStrategy.BUFFER)
        .onItem()
        .invoke(this::handedOut)
        .onCancellation()
        .invoke(inHand::clear);
  }

  private synchronized void open(MultiEmitter<? super Incoming> opened) {
    emitter = opened;
    readers.incrementAndGet();
    open.values().forEach(message -> opened.emit(new One(message)));
  }

  private void handedOut(Incoming incoming) {
    inHand.add(incoming.message().position());
    mostInHand.accumulateAndGet(inHand.size(), Math::max);
  }

  synchronized void feed(Message message) {
    open.put(message.position(), message);
    if (emitter != null) {
      emitter.emit(new One(message));
    }
  }

  synchronized void breakOff() {
    inHand.clear();
    emitter.fail(new IllegalStateException("the channel broke"));
  }

  int unacknowledged() {
    return open.size();
  }

  private final class One implements Incoming {

    private final Message message;

    One(Message message) {
      this.message = message;
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public void acknowledge() {
      acknowledged.add(message.position());
      inHand.remove(message.position());
      open.remove(message.position());
    }
  }
}
