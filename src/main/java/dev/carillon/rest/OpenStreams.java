package dev.carillon.rest;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.CancellationException;

/**
 * Ends the streams that would never end by themselves when the process is told to stop: Quarkus
 * waits for open requests before it does anything else.
 */
@Singleton
class OpenStreams {

  private final BroadcastProcessor<Object> end = BroadcastProcessor.create();

  /** Nothing, and a failure once the process stops. */
  <T> Multi<T> untilShutdown() {
    return end.onItem().transformToMultiAndConcatenate(never -> Multi.createFrom().empty());
  }

  void stop(@Observes ShutdownDelayInitiatedEvent stopping) {
    end.onError(new CancellationException("the process stops"));
  }
}
