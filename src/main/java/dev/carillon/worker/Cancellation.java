package dev.carillon.worker;

import dev.carillon.CancellationToken;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The token of one attempt: cancelled once, each action run once. */
final class Cancellation implements CancellationToken {

  private static final Logger LOG = Logger.getLogger(Cancellation.class);

  private volatile boolean cancelled;
  private @Nullable List<Runnable> actions;

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        if (actions == null) {
          actions = new ArrayList<>(1);
        }
        actions.add(action);
        return;
      }
    }
    run(action);
  }

  void cancel() {
    List<Runnable> waiting;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      waiting = actions;
      actions = null;
    }
    if (waiting != null) {
      waiting.forEach(Cancellation::run);
    }
  }

  /** Somebody else's code may block, whatever it promises: never on an event loop. */
  private static void run(Runnable action) {
    if (Context.isOnEventLoopThread()) {
      Vertx.currentContext()
          .executeBlocking(
              () -> {
                guarded(action);
                return null;
              },
              false);
    } else {
      guarded(action);
    }
  }

  private static void guarded(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      LOG.warnf("an action on cancellation failed (%s); the attempt ends all the same", e);
    }
  }
}
