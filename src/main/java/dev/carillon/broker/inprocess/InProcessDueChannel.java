package dev.carillon.broker.inprocess;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/**
 * Due events within one process: each goes to one of the consumers that serve its queue. What does
 * not fit is dropped; its run is found in the table.
 */
public final class InProcessDueChannel implements DueChannel {

  /** Some hundred bytes each. */
  static final int MOST_WAITING = 65_536;

  static final int BATCH = 500;

  private final CopyOnWriteArrayList<Consumer> consumers = new CopyOnWriteArrayList<>();
  private int turn;

  @Override
  public synchronized Uni<Void> publish(List<JobDue> due) {
    // As they are now: a consumer may leave meanwhile, on another thread.
    List<Consumer> present = List.copyOf(consumers);
    for (JobDue one : due) {
      Consumer next = nextFor(one.queue(), present);
      if (next != null) {
        next.offer(one);
      }
    }
    present.forEach(Consumer::deliver);
    return Uni.createFrom().voidItem();
  }

  @Override
  public boolean leavesTheProcess() {
    return false;
  }

  @Override
  public Multi<DueBatch> consume(Set<String> queues) {
    return Multi.createFrom()
        .publisher(
            subscriber -> {
              Consumer consumer = new Consumer(Set.copyOf(queues), subscriber);
              consumers.add(consumer);
              subscriber.onSubscribe(consumer);
            });
  }

  private Consumer nextFor(String queue, List<Consumer> present) {
    int size = present.size();
    for (int i = 0; i < size; i++) {
      Consumer candidate = present.get((turn + i) % size);
      if (candidate.queues.isEmpty() || candidate.queues.contains(queue)) {
        turn = (turn + i + 1) % size;
        return candidate;
      }
    }
    return null;
  }

  private final class Consumer implements Flow.Subscription {

    private final Set<String> queues;
    private final Flow.Subscriber<? super DueBatch> subscriber;
    private final Deque<JobDue> waiting = new ArrayDeque<>();
    private long requested;

    Consumer(Set<String> queues, Flow.Subscriber<? super DueBatch> subscriber) {
      this.queues = queues;
      this.subscriber = subscriber;
    }

    synchronized void offer(JobDue due) {
      if (waiting.size() < MOST_WAITING) {
        waiting.add(due);
      }
    }

    @Override
    public void request(long n) {
      synchronized (this) {
        requested += n;
      }
      deliver();
    }

    @Override
    public void cancel() {
      consumers.remove(this);
    }

    void deliver() {
      for (Batch batch = next(); batch != null; batch = next()) {
        subscriber.onNext(batch);
      }
    }

    private synchronized Batch next() {
      if (requested == 0 || waiting.isEmpty()) {
        return null;
      }
      requested--;
      List<JobDue> due = new ArrayList<>(Math.min(BATCH, waiting.size()));
      while (due.size() < BATCH && !waiting.isEmpty()) {
        due.add(waiting.poll());
      }
      return new Batch(due);
    }
  }

  /** Nothing is kept once it was delivered, so there is nothing to acknowledge. */
  private record Batch(List<JobDue> due) implements DueBatch {
    @Override
    public void acknowledge() {}
  }
}
