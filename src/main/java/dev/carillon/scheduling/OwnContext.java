package dev.carillon.scheduling;

import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Runs work on a Vert.x context that nobody else has. Sessions and transactions are bound to a
 * context: on the caller's, ours would be its own, with another role and another tenant.
 */
@Singleton
class OwnContext {

  /** Of an event loop: on the caller's own worker, work would wait behind the caller. */
  private final Context shared;

  OwnContext(Vertx vertx) {
    this.shared = ((VertxInternal) vertx).createEventLoopContext();
  }

  /** Completes on the context's event loop. */
  <T> CompletableFuture<T> run(Supplier<Uni<T>> work) {
    Context own = VertxContext.createNewDuplicatedContext(shared);
    VertxContextSafetyToggle.setContextSafe(own, true);
    CompletableFuture<T> answer = new CompletableFuture<>();
    own.runOnContext(
        go ->
            Uni.createFrom()
                .deferred(() -> work.get())
                .subscribe()
                .with(answer::complete, answer::completeExceptionally));
    return answer;
  }

  /** Completes on the event loop that it was asked from, if it was. */
  <T> CompletionStage<T> runAndReturn(Supplier<Uni<T>> work) {
    Context caller = Vertx.currentContext();
    CompletableFuture<T> done = run(work);
    if (caller == null || !caller.isEventLoopContext()) {
      return done;
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    done.whenComplete(
        (value, failure) ->
            caller.runOnContext(
                back -> {
                  if (failure == null) {
                    answer.complete(value);
                  } else {
                    answer.completeExceptionally(failure);
                  }
                }));
    return answer;
  }
}
