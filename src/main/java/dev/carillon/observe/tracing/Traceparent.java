package dev.carillon.observe.tracing;

import dev.carillon.run.Trace;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/** The header {@code traceparent} (Trace Context §3.2), to and from what the SDK knows. */
final class Traceparent {

  private Traceparent() {}

  static String of(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  /** Invalid for null and for what is no such header. */
  static SpanContext read(@Nullable String header) {
    return header == null || !Trace.isValid(header)
        ? SpanContext.getInvalid()
        : remote(
            header.substring(3, 35),
            header.substring(36, 52),
            TraceFlags.fromHex(header, header.length() - 2));
  }

  static SpanContext remote(String traceId, String spanId, TraceFlags flags) {
    return SpanContext.createFromRemoteParent(traceId, spanId, flags, TraceState.getDefault());
  }
}
