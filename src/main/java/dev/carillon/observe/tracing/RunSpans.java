package dev.carillon.observe.tracing;

import dev.carillon.broker.JobDue;
import dev.carillon.run.Trace;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.UUID;

/** Makes the spans of runs, with the ids that {@link Trace} derives. */
final class RunSpans {

  private static final String FIRE = "fire";

  private final Tracer tracer;
  private final RunSpanIds ids;
  private final Sampler sampler;

  /**
   * @param ids also the tracer's {@link IdGenerator}
   * @param sampler also the tracer's
   */
  RunSpans(Tracer tracer, RunSpanIds ids, Sampler sampler) {
    this.tracer = tracer;
    this.ids = ids;
    this.sampler = sampler;
  }

  /** A span below a parent that may be another process's. */
  SpanBuilder below(SpanContext parent, SpanKind kind, String name) {
    return tracer
        .spanBuilder(name)
        .setSpanKind(kind)
        .setParent(Context.root().with(Span.wrap(parent)));
  }

  /** The root of the trace of a run that a schedule made; over at once. */
  void fire(JobDue run) {
    Trace trace = Trace.of(null, run.run());
    SpanBuilder span =
        tracer
            .spanBuilder(FIRE)
            .setNoParent()
            .setAttribute(Keys.RUN, run.run().toString())
            .setAttribute(Keys.TENANT, run.tenant())
            .setAttribute(Keys.DUE, run.due().toString());
    ids.start(span, trace.traceId(), trace.originSpanId()).end();
  }

  Span attempt(SpanBuilder span, Trace trace, int attempt) {
    return ids.start(span, trace.traceId(), trace.spanId(attempt));
  }

  /** What a run came from: the span that requested it, else its fire. */
  SpanContext origin(Trace trace) {
    return Traceparent.remote(trace.traceId(), trace.originSpanId(), flags(trace));
  }

  /** As it stands in a traceparent that may be derived from the run. */
  SpanContext read(String traceparent, UUID run) {
    SpanContext read = Traceparent.read(traceparent);
    Trace derived = Trace.of(null, run);
    return read.isValid() && read.getTraceId().equals(derived.traceId())
        ? Traceparent.remote(read.getTraceId(), read.getSpanId(), flags(derived))
        : read;
  }

  /**
   * A requester's trace is recorded when they record it. A derived one is for the sampler to
   * decide: by the trace id, so every process that samples alike decides alike.
   */
  private TraceFlags flags(Trace trace) {
    if (!trace.isDerived()) {
      return TraceFlags.fromHex(trace.flags(), 0);
    }
    boolean sampled =
        sampler
                .shouldSample(
                    Context.root(),
                    trace.traceId(),
                    FIRE,
                    SpanKind.INTERNAL,
                    Attributes.empty(),
                    List.of())
                .getDecision()
            == SamplingDecision.RECORD_AND_SAMPLE;
    return sampled ? TraceFlags.getSampled() : TraceFlags.getDefault();
  }
}
