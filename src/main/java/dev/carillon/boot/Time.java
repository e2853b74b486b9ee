package dev.carillon.boot;

import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Pg;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The engine's clock: the one place where this machine's clocks are read. */
class Time {

  @Produces
  @Singleton
  @DefaultBean
  DatabaseClock clock(Pg pg) {
    // The wall clock is only ever compared with the other one.
    return new DatabaseClock(pg, System::nanoTime, Clock.systemUTC()::millis);
  }
}
