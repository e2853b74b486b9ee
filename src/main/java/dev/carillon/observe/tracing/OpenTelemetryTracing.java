package dev.carillon.observe.tracing;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.target.CallSpans;
import dev.carillon.target.TargetCaller;
import dev.carillon.target.TargetSpec;
import dev.carillon.worker.AttemptSpans;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Traces by OpenTelemetry. */
public final class OpenTelemetryTracing implements Tracing {

  private static final String SCOPE = "dev.carillon";

  private final RunSpans spans;
  private final String broker;
  private final Arrivals arrivals = new Arrivals();
  private final OpenTelemetryAttempts attempts;

  /**
   * @param ids also the generator of the given OpenTelemetry
   * @param sampler also the sampler of the given OpenTelemetry
   * @param broker {@code messaging.system}: kafka, nats, or in-process
   */
  public OpenTelemetryTracing(
      OpenTelemetry telemetry, RunSpanIds ids, Sampler sampler, String broker) {
    this.spans = new RunSpans(telemetry.getTracer(SCOPE), ids, sampler);
    this.broker = broker;
    this.attempts = new OpenTelemetryAttempts(spans, arrivals, broker);
  }

  @Override
  public @Nullable String current() {
    SpanContext current = Span.current().getSpanContext();
    return current.isValid() ? Traceparent.of(current) : null;
  }

  @Override
  public Consumer<List<JobDue>> fires() {
    return runs -> runs.forEach(spans::fire);
  }

  @Override
  public DueChannel due(DueChannel channel) {
    return new TracedDueChannel(channel, spans, arrivals, broker);
  }

  @Override
  public EventChannel events(EventChannel channel) {
    return new TracedEventChannel(channel, spans, broker);
  }

  @Override
  public AttemptSpans attempts() {
    return attempts;
  }

  @Override
  public CallSpans calls() {
    return new OpenTelemetryCalls(spans);
  }

  @Override
  public TargetCaller<TargetSpec.Handler> handlers(TargetCaller<TargetSpec.Handler> caller) {
    return new TracedHandlers(caller, attempts);
  }

  @Override
  public Executor threads(Executor threads) {
    return Context.taskWrapping(threads);
  }
}
