package dev.carillon.boot;

import dev.carillon.observe.tracing.OpenTelemetryTracing;
import dev.carillon.observe.tracing.QuietSampler;
import dev.carillon.observe.tracing.RunSpanIds;
import dev.carillon.observe.tracing.Samplers;
import dev.carillon.observe.tracing.Tracing;
import dev.carillon.rest.SecretPaths;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Decides at the start whether anybody traces; Quarkus takes the ids and the sampler from here. */
class Traces {

  /** Before an application's own generator: with other ids the parts of a trace do not meet. */
  private static final int FIRST = 1_000;

  @Produces
  @Singleton
  @Priority(FIRST)
  RunSpanIds ids() {
    return new RunSpanIds();
  }

  @Produces
  @Singleton
  @Priority(FIRST)
  Sampler sampler(CarillonConfig config) {
    Sampler chosen = Samplers.named(config.tracing().sampler(), config.tracing().ratio());
    return new QuietSampler(chosen, SecretPaths::isSecret);
  }

  @Produces
  @Singleton
  Tracing tracing(
      @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean off,
      Instance<OpenTelemetry> telemetry,
      RunSpanIds ids,
      Sampler sampler,
      CarillonConfig config) {
    return off
        ? Tracing.OFF
        : new OpenTelemetryTracing(telemetry.get(), ids, sampler, system(config.broker()));
  }

  /** As OpenTelemetry's conventions call it. */
  private static String system(CarillonConfig.BrokerKind broker) {
    return broker.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
