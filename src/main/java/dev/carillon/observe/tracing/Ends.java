package dev.carillon.observe.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends spans: what went wrong is told by its class, never by its message. */
final class Ends {

  private Ends() {}

  static void all(List<Span> spans, @Nullable Throwable failure) {
    for (Span span : spans) {
      if (failure != null) {
        failed(span, failure.getClass().getName());
      }
      span.end();
    }
  }

  static void failed(Span span, String type) {
    span.setAttribute(Keys.ERROR, type).setStatus(StatusCode.ERROR, type);
  }
}
