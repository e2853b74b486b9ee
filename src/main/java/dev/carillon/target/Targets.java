package dev.carillon.target;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the caller for a target. */
public final class Targets {

  private final Map<Class<?>, TargetCaller<?>> callers = new HashMap<>();

  public Targets(List<TargetCaller<?>> callers) {
    for (TargetCaller<?> caller : callers) {
      this.callers.put(caller.kind(), caller);
    }
  }

  /**
   * Calls the target; whatever goes wrong comes as a failed stage, never as an exception, and a
   * caller that answers no stage has answered null.
   */
  public CompletionStage<Outcome> call(TargetSpec target, RunContext run) {
    TargetCaller<?> caller = callers.get(target.getClass());
    if (caller == null) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "nothing here calls targets of type " + target.getClass().getSimpleName()));
    }
    try {
      CompletionStage<Outcome> word = call(caller, target, run);
      return word == null ? CompletableFuture.completedFuture(null) : word;
    } catch (Throwable e) {
      // An Error of a handler too: it must end as this attempt's failure, not as the worker's.
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <T extends TargetSpec> CompletionStage<Outcome> call(
      TargetCaller<T> caller, TargetSpec target, RunContext run) {
    return caller.call(caller.kind().cast(target), run);
  }
}
