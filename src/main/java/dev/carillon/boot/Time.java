package dev.carillon.boot;

import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Pg;
import dev.carillon.schedule.TzdataVersion;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.zone.ZoneRulesProvider;

/** The engine's clock and calendar: the one place where this machine's are read. */
class Time {

  @Produces
  @Singleton
  @DefaultBean
  DatabaseClock clock(Pg pg) {
    // The wall clock is only ever compared with the other one.
    return new DatabaseClock(pg, System::nanoTime, Clock.systemUTC()::millis);
  }

  /** The Java runtime's own copy of tzdata; every zone has the same version there. */
  @Produces
  @Singleton
  TzdataVersion rules() {
    return new TzdataVersion(ZoneRulesProvider.getVersions("UTC").lastKey());
  }
}
