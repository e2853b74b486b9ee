package dev.carillon.boot;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.AsyncJobHandler;
import dev.carillon.JobHandler;
import dev.carillon.broker.DueChannel;
import dev.carillon.observe.Meters;
import dev.carillon.observe.tracing.Tracing;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.target.Targets;
import dev.carillon.target.handler.HandlerCaller;
import dev.carillon.target.handler.HandlerThreads;
import dev.carillon.target.http.HttpCaller;
import dev.carillon.worker.Worker;
import dev.carillon.worker.WorkerSettings;
import io.quarkus.arc.All;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the role {@code worker} does. */
class Work {

  @Produces
  @Singleton
  Targets targets(
      @All List<JobHandler> handlers,
      @All List<AsyncJobHandler> asyncHandlers,
      Vertx vertx,
      Tracing tracing,
      InstantSource clock,
      CarillonConfig config) {
    // Daemon or virtual threads throughout: whatever a handler does, it does not keep the process
    // alive.
    HandlerCaller handlerCaller =
        new HandlerCaller(
            handlers, asyncHandlers, tracing.threads(HandlerThreads.open(config.slots())));
    return new Targets(
        List.of(
            tracing.handlers(handlerCaller),
            new HttpCaller(vertx, config.slots(), tracing.calls(), clock)));
  }

  @Produces
  @Singleton
  WorkerSettings settings(
      CarillonConfig config, @ConfigProperty(name = "quarkus.application.version") String version) {
    return new WorkerSettings(
        hostName(),
        config.queues().orElse(Set.of()),
        config.slots(),
        config.worker().lease(),
        config.worker().drain(),
        version,
        config.worker().loggedPerSecond(),
        config.limits().ofTenants());
  }

  @Produces
  @Singleton
  Worker.Surroundings surroundings(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      DueChannel due,
      ObjectMapper mapper) {
    return new Worker.Surroundings(vertx, pg, notices, clock, due, mapper);
  }

  @Produces
  @Singleton
  Worker worker(
      Worker.Surroundings around,
      Targets targets,
      WorkerSettings settings,
      Meters meters,
      Tracing tracing) {
    return new Worker(around, targets, settings, meters, tracing.attempts());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
