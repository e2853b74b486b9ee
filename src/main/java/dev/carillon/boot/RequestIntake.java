package dev.carillon.boot;

import dev.carillon.broker.Broker;
import dev.carillon.event.integration.RequestMeters;
import dev.carillon.event.integration.Requests;
import dev.carillon.event.integration.RunRequests;
import dev.carillon.observe.HealthPart;
import dev.carillon.tenancy.TenantTransactions;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Requests from other services, for the role {@code worker}: where the broker is one that other
 * services can reach.
 */
@Singleton
class RequestIntake implements HealthPart {

  /** Shorter than the moment that a part is given to stop. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Requests requests;
  private final boolean reachable;
  private volatile boolean started;

  RequestIntake(
      Vertx vertx,
      InstantSource clock,
      Broker broker,
      TenantTransactions transactions,
      RunRequests runs,
      RequestMeters meters,
      CarillonConfig config) {
    reachable = broker.due().leavesTheProcess();
    requests =
        new Requests(
            new Requests.Surroundings(
                vertx, clock, transactions, broker.requests(), broker.deadLetters()),
            runs,
            config.localMode(),
            meters);
  }

  void start() {
    if (reachable) {
      started = true;
      requests.start();
    }
  }

  CompletionStage<Void> stop() {
    return started ? requests.stop(GRACE) : CompletableFuture.completedFuture(null);
  }

  @Override
  public String part() {
    return "requests";
  }

  @Override
  public Map<String, String> tell() {
    if (!started) {
      return Map.of();
    }
    Map<String, String> told = new LinkedHashMap<>();
    told.put("inHand", Integer.toString(requests.inHand()));
    Instant since = requests.retryingSince();
    if (since != null) {
      told.put("retryingSince", since.toString());
    }
    return told;
  }
}
