package dev.carillon.broker;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The last events that passed, and who watches them pass. A reader that was cut off goes on without
 * a gap as long as the event that it saw last is remembered; what is older is gone (decision 0012).
 * Thread-safe: joining and passing exclude each other, so a reader misses nothing between what is
 * remembered and what comes.
 */
public final class EventMemory implements EventFeed {

  /** How many events are remembered, and how far a reader may fall behind. */
  public static final int REMEMBERED = 10_000;

  private final Deque<EventMessage> remembered = new ArrayDeque<>();
  private final CopyOnWriteArrayList<Reader> readers = new CopyOnWriteArrayList<>();

  /** Remembers the events and shows them to those who watch. */
  public void pass(Collection<? extends EventMessage> events) {
    synchronized (remembered) {
      for (EventMessage event : events) {
        keep(event);
        readers.forEach(reader -> reader.offer(event));
      }
    }
  }

  /** Remembers these instead of what was remembered, and shows them to nobody. */
  public void recall(Collection<? extends EventMessage> earlier) {
    synchronized (remembered) {
      remembered.clear();
      earlier.forEach(this::keep);
    }
  }

  /** Whether a reader of this tenant could go on after that event now. */
  public boolean remembers(String tenant, UUID id) {
    synchronized (remembered) {
      return remembered.stream().anyMatch(event -> is(event, tenant, id));
    }
  }

  public boolean isWatched() {
    return !readers.isEmpty();
  }

  @Override
  public Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen) {
    return Multi.createFrom()
        .<EventMessage>emitter(emitter -> join(tenant, lastSeen, emitter), REMEMBERED);
  }

  private void join(
      String tenant, @Nullable UUID lastSeen, MultiEmitter<? super EventMessage> emitter) {
    Reader reader = new Reader(tenant, emitter);
    synchronized (remembered) {
      if (lastSeen != null && !replay(reader, lastSeen)) {
        emitter.fail(new EventsForgottenException(lastSeen));
        return;
      }
      readers.add(reader);
    }
    emitter.onTermination(() -> readers.remove(reader));
  }

  private boolean replay(Reader reader, UUID lastSeen) {
    boolean seen = false;
    for (EventMessage event : remembered) {
      if (seen) {
        reader.offer(event);
      } else {
        seen = is(event, reader.tenant, lastSeen);
      }
    }
    return seen;
  }

  private void keep(EventMessage event) {
    if (remembered.size() == REMEMBERED) {
      remembered.removeFirst();
    }
    remembered.addLast(event);
  }

  private static boolean is(EventMessage event, String tenant, UUID id) {
    return event.tenant().equals(tenant) && event.id().equals(id);
  }

  private static final class Reader {

    private final String tenant;
    private final MultiEmitter<? super EventMessage> emitter;

    Reader(String tenant, MultiEmitter<? super EventMessage> emitter) {
      this.tenant = tenant;
      this.emitter = emitter;
    }

    void offer(EventMessage event) {
      if (event.tenant().equals(tenant) && !emitter.isCancelled()) {
        emitter.emit(event);
      }
    }
  }
}
