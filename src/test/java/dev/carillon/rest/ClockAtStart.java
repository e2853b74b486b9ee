package dev.carillon.rest;

import dev.carillon.pg.DatabaseClock;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Sets the clock before the first request, whatever else is started. */
@Singleton
class ClockAtStart {

  void measure(@Observes StartupEvent start, DatabaseClock clock) {
    clock.measure().await().indefinitely();
  }
}
