package dev.carillon.rest;

import dev.carillon.broker.inprocess.InProcessEventChannel;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The in-process broker's events, unless the application brings its own. */
class EventsForTests {

  @Produces
  @Singleton
  @DefaultBean
  InProcessEventChannel events() {
    return new InProcessEventChannel(event -> {});
  }
}
