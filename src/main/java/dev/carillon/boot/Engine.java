package dev.carillon.boot;

import dev.carillon.broker.Broker;
import dev.carillon.loop.Loop;
import dev.carillon.observe.HealthPart;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Notices;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.worker.Worker;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the parts that this process's roles ask for, once the database's clock is known, and stops
 * them in the order in which they depend on each other: what makes work first, what tells of it
 * last.
 */
@ApplicationScoped
class Engine implements HealthPart {

  private static final Logger LOG = Logger.getLogger(Engine.class);
  private static final Duration FIRST_MEASUREMENT = Duration.ofSeconds(30);
  private static final Duration MEASURE_EVERY = Duration.ofSeconds(30);
  private static final Duration MEASURE_AGAIN = Duration.ofSeconds(1);

  /** Stopping a part takes a moment, unless the database is gone. */
  private static final Duration A_MOMENT = Duration.ofSeconds(10);

  private final CarillonConfig config;
  private final Vertx vertx;
  private final DatabaseClock clock;
  private final Notices notices;
  private final Broker broker;
  private final Ticking ticking;
  private final Worker worker;
  private final RequestIntake requests;
  private final Demonstration demonstration;
  private final FixedSchedules fixedSchedules;
  private final TzdataVersion rules;
  private boolean started;

  Engine(
      CarillonConfig config,
      Vertx vertx,
      DatabaseClock clock,
      Notices notices,
      Broker broker,
      Ticking ticking,
      Worker worker,
      RequestIntake requests,
      Demonstration demonstration,
      FixedSchedules fixedSchedules,
      TzdataVersion rules) {
    this.config = config;
    this.vertx = vertx;
    this.clock = clock;
    this.notices = notices;
    this.broker = broker;
    this.ticking = ticking;
    this.worker = worker;
    this.requests = requests;
    this.demonstration = demonstration;
    this.fixedSchedules = fixedSchedules;
    this.rules = rules;
  }

  /** Before the observers of an application: they may schedule something, or ask for a run. */
  void setClock(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent starting) {
    clock.measure().await().atMost(FIRST_MEASUREMENT);
    notices.open().await().atMost(FIRST_MEASUREMENT);
    Loop measuring =
        new Loop("measure the database's clock", vertx, vertx.getOrCreateContext(), this::measure);
    clock.onDoubt(measuring::wake);
    measuring.start();
  }

  /** After them: a handler may need what they prepare. */
  void start(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent starting) {
    // What is wrong with them stops the start, so before anything runs.
    if (works() || config.has(Role.API)) {
      fixedSchedules.declare();
    }
    started = true;
    if (ticks()) {
      ticking.start();
    }
    if (works()) {
      worker.start();
      requests.start();
    }
    if (config.samples() && config.has(Role.API)) {
      demonstration.setUp();
    }
  }

  void stop(@Observes ShutdownEvent stopping) {
    if (!started) {
      return;
    }
    fixedSchedules.stop();
    if (ticks()) {
      await("the ticker", ticking.stopMaking(), A_MOMENT);
    }
    if (works()) {
      await("the intake of requests", requests.stop(), A_MOMENT);
      await("the worker", worker.drain(), config.worker().drain().plus(A_MOMENT));
    }
    if (ticks()) {
      await("the relay", ticking.stopTelling(), A_MOMENT);
    }
  }

  @Override
  public String part() {
    return "engine";
  }

  @Override
  public Map<String, String> tell() {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("roles", config.roles().toString().toLowerCase(java.util.Locale.ROOT));
    told.putAll(broker.tell());
    told.put("notices", notices.isListening() ? "listening" : "polling each second");
    if (ticks()) {
      told.put("tzdata", rules.name());
      told.put(
          "leader", ticking.ticker().isLeading() ? "this process" : "another process, or none yet");
      Instant lastPass = ticking.ticker().lastPass();
      if (lastPass != null) {
        told.put("tickerLagMs", Long.toString(lag(lastPass)));
      }
      told.put("unansweredFailures", Long.toString(ticking.ticker().unansweredFailures()));
    }
    if (works()) {
      told.put("runsInHand", Integer.toString(worker.inHand()));
      told.put("stuckHandlers", Integer.toString(worker.stuckHandlers()));
    }
    return told;
  }

  @Override
  public @Nullable String unfit() {
    return works() && worker.isBlocked()
        ? worker.stuckHandlers() + " handlers do not stop: no run is taken until some of them do"
        : null;
  }

  /** How much longer ago the last look was than the second that lies between two. */
  private long lag(Instant lastPass) {
    return Math.max(0, Duration.between(lastPass, clock.instant()).toMillis() - 1_000);
  }

  private Uni<Duration> measure() {
    return clock.measure().map(done -> clock.isSteady() ? MEASURE_EVERY : MEASURE_AGAIN);
  }

  private boolean ticks() {
    return config.has(Role.TICKER);
  }

  private boolean works() {
    return config.has(Role.WORKER);
  }

  private static void await(String part, CompletionStage<Void> stopping, Duration atMost) {
    try {
      stopping.toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf(
          "%s did not stop in order (%s); what it had is taken over when its lease runs out",
          part, e.getCause() == null ? "it took too long" : e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
