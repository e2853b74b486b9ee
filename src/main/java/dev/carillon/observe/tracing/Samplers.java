package dev.carillon.observe.tracing;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Set;

/**
 * The samplers that the OpenTelemetry specification names for {@code OTEL_TRACES_SAMPLER}. Quarkus
 * reads that variable when an application is built; ours is read when it is started.
 */
public final class Samplers {

  public static final Set<String> NAMES =
      Set.of(
          "always_on",
          "always_off",
          "traceidratio",
          "parentbased_always_on",
          "parentbased_always_off",
          "parentbased_traceidratio");

  private Samplers() {}

  /**
   * @param ratio of traces to keep, 0 to 1; used by the samplers whose name says ratio
   * @throws IllegalArgumentException for a name that is not among {@link #NAMES}
   */
  public static Sampler named(String name, double ratio) {
    String root = name.startsWith("parentbased_") ? name.substring(12) : name;
    Sampler sampler =
        switch (root) {
          case "always_on" -> Sampler.alwaysOn();
          case "always_off" -> Sampler.alwaysOff();
          case "traceidratio" -> Sampler.traceIdRatioBased(ratio);
          default -> throw new IllegalArgumentException("no sampler is named " + name);
        };
    return root.equals(name) ? sampler : Sampler.parentBased(sampler);
  }
}
