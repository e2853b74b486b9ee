package dev.carillon.broker.inprocess;

import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.EventsForgottenException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Events within one process, for readers of the feed. The last ones are remembered, so that a
 * reader that was cut off goes on without a gap; what is older is gone, as it would be from a
 * broker's log.
 */
public final class InProcessEventChannel implements EventChannel, EventFeed {

  /** How many events are remembered, and how far a reader may fall behind. */
  public static final int REMEMBERED = 10_000;

  private final Deque<EventMessage> remembered = new ArrayDeque<>();
  private final CopyOnWriteArrayList<Reader> readers = new CopyOnWriteArrayList<>();

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    synchronized (remembered) {
      for (EventMessage event : events) {
        if (remembered.size() == REMEMBERED) {
          remembered.removeFirst();
        }
        remembered.addLast(event);
        readers.forEach(reader -> reader.offer(event));
      }
    }
    return Uni.createFrom().voidItem();
  }

  @Override
  public Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen) {
    return Multi.createFrom()
        .<EventMessage>emitter(emitter -> open(tenant, lastSeen, emitter), REMEMBERED);
  }

  private void open(
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
        seen = event.tenant().equals(reader.tenant) && event.id().equals(lastSeen);
      }
    }
    return seen;
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
