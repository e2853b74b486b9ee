package dev.carillon.rest;

import dev.carillon.catalog.RunWaits;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Answers those who wait for runs when the process is told to stop: with the runs as they are. */
@Singleton
class OpenWaits {

  private final RunWaits waits;

  OpenWaits(RunWaits waits) {
    this.waits = waits;
  }

  void stop(@Observes ShutdownDelayInitiatedEvent stopping) {
    waits.release();
  }
}
