package dev.carillon.broker;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Brings a client's answer back to where the question was asked. Brokers' clients answer on threads
 * of their own, while a loop's step touches, without a lock, what belongs to its Vert.x context.
 */
public final class CallersContext {

  private CallersContext() {}

  /** Answers on the context that subscribes; on the client's thread when that is on none. */
  public static <T> Uni<T> answer(Uni<T> asked) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Context caller = Vertx.currentContext();
              return caller == null
                  ? asked
                  : asked.emitOn(answer -> caller.runOnContext(ignored -> answer.run()));
            });
  }
}
