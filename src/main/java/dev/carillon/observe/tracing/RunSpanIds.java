package dev.carillon.observe.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.sdk.trace.IdGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gives spans of runs the ids that are derived from the run, and all others random ones. The SDK
 * asks for ids on the thread that starts a span and tells nothing of it, so what is wanted waits
 * there.
 */
public final class RunSpanIds implements IdGenerator {

  private final IdGenerator others = IdGenerator.random();
  private final ThreadLocal<@Nullable Wanted> wanted = new ThreadLocal<>();

  private record Wanted(String traceId, String spanId) {}

  /**
   * @param traceId taken when the span begins a trace; one with a parent is in that one's
   */
  Span start(SpanBuilder span, String traceId, String spanId) {
    wanted.set(new Wanted(traceId, spanId));
    try {
      return span.startSpan();
    } finally {
      wanted.remove();
    }
  }

  @Override
  public String generateSpanId() {
    Wanted ids = wanted.get();
    return ids == null ? others.generateSpanId() : ids.spanId;
  }

  @Override
  public String generateTraceId() {
    Wanted ids = wanted.get();
    return ids == null ? others.generateTraceId() : ids.traceId;
  }
}
