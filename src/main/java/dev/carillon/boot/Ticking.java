package dev.carillon.boot;

import dev.carillon.broker.DueChannel;
import dev.carillon.event.Relay;
import dev.carillon.maintenance.Maintenance;
import dev.carillon.observe.Meters;
import dev.carillon.observe.tracing.Tracing;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.Ticker;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/** What the role {@code ticker} does, each part behind a lease of its own. */
@Singleton
class Ticking {

  private final Ticker ticker;
  private final Relay relay;
  private final Maintenance maintenance;
  private final CalendarFolder calendars;

  Ticking(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      Channels channels,
      Tracing tracing,
      TzdataVersion rules,
      CalendarFolder calendars,
      Meters meters,
      CarillonConfig config) {
    this.calendars = calendars;
    Duration lease = config.leader().lease();
    ticker =
        new Ticker(
            vertx,
            pg,
            notices,
            clock,
            channels.due(),
            new Ticker.Settings(
                config.ticker().lookAhead(),
                lease,
                config.defaultTimezone(),
                rules,
                config.limits().ofTenants()));
    ticker.onMade(tracing.fires());
    relay = new Relay(vertx, pg, clock, channels.told(), lease);
    maintenance =
        new Maintenance(vertx, pg, notices, clock, lease, config.worker().lease(), meters);
  }

  /** The ways out. */
  record Channels(DueChannel due, Relay.Channels told) {}

  Ticker ticker() {
    return ticker;
  }

  Relay relay() {
    return relay;
  }

  void start() {
    ticker.start();
    relay.start();
    maintenance.start();
    calendars.start();
  }

  /** Makes and announces nothing more. */
  CompletionStage<Void> stopMaking() {
    return ticker
        .stop()
        .thenCompose(done -> maintenance.stop())
        .thenCompose(done -> calendars.stop());
  }

  /** Tells what is left to tell, and stops. */
  CompletionStage<Void> stopTelling() {
    return relay.stop();
  }
}
