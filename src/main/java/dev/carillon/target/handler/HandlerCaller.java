package dev.carillon.target.handler;

import dev.carillon.AsyncJobHandler;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import dev.carillon.target.RunLabels;
import dev.carillon.target.TargetCaller;
import dev.carillon.target.TargetSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Calls the handlers of this process: blocking ones on a thread of their own, asynchronous ones
 * right here.
 */
public final class HandlerCaller implements TargetCaller<TargetSpec.Handler> {

  private final Map<String, JobHandler> blocking = new HashMap<>();
  private final Map<String, AsyncJobHandler> asynchronous = new HashMap<>();
  private final Executor threads;

  /**
   * @throws IllegalStateException when two handlers have the same name
   */
  public HandlerCaller(
      List<JobHandler> blocking, List<AsyncJobHandler> asynchronous, Executor threads) {
    this.threads = threads;
    blocking.forEach(handler -> refuseTwin(this.blocking.put(handler.name(), handler), handler));
    asynchronous.forEach(
        handler -> {
          refuseTwin(this.blocking.get(handler.name()), handler);
          refuseTwin(this.asynchronous.put(handler.name(), handler), handler);
        });
  }

  @Override
  public Class<TargetSpec.Handler> kind() {
    return TargetSpec.Handler.class;
  }

  @Override
  public CompletionStage<Outcome> call(TargetSpec.Handler target, RunContext run) {
    String name = target.name() == null ? run.jobKey() : target.name();
    AsyncJobHandler async = asynchronous.get(name);
    if (async != null) {
      return async.handle(run);
    }
    JobHandler handler = blocking.get(name);
    if (handler == null) {
      return CompletableFuture.completedFuture(Outcome.retry(unknown(name)));
    }
    return onThread(handler, run);
  }

  private CompletionStage<Outcome> onThread(JobHandler handler, RunContext run) {
    Call call = new Call(handler, run);
    try {
      threads.execute(call);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
    return call.result;
  }

  private String unknown(String name) {
    TreeSet<String> known = new TreeSet<>(blocking.keySet());
    known.addAll(asynchronous.keySet());
    return "no handler named " + name + " here; there are " + known;
  }

  private static void refuseTwin(Object twin, Object handler) {
    if (twin != null) {
      throw new IllegalStateException(
          "two handlers have the same name: "
              + twin.getClass().getName()
              + " and "
              + handler.getClass().getName());
    }
  }

  /**
   * One call, on a thread that a cancellation interrupts while the handler runs, and never
   * afterwards.
   */
  private static final class Call implements Runnable {

    private final JobHandler handler;
    private final RunContext run;
    private final CompletableFuture<Outcome> result = new CompletableFuture<>();
    private Thread thread;

    Call(JobHandler handler, RunContext run) {
      this.handler = handler;
      this.run = run;
    }

    @Override
    public void run() {
      synchronized (this) {
        thread = Thread.currentThread();
      }
      run.cancellation().onCancel(this::interrupt);
      if (run.cancellation().isCancelled()) {
        // It waited for a thread until its attempt was over; another attempt may be running by now.
        leave();
        result.completeExceptionally(new CancellationException("cancelled before it began"));
        return;
      }
      RunLabels.of(run).put();
      Outcome outcome = null;
      Throwable thrown = null;
      try {
        outcome = handler.handle(run);
      } catch (Throwable e) {
        thrown = e;
      } finally {
        RunLabels.clear();
        leave();
      }
      if (thrown != null) {
        result.completeExceptionally(thrown);
      } else {
        result.complete(outcome);
      }
    }

    private synchronized void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }

    /**
     * The thread goes back to the pool: an interrupt meant for this handler must not hit the next.
     */
    private synchronized void leave() {
      thread = null;
      Thread.interrupted();
    }
  }
}
