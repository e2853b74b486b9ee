package dev.carillon.observe.tracing;

import dev.carillon.RunContext;
import dev.carillon.target.CallSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A span for each request of an HTTP target, below its attempt's. */
final class OpenTelemetryCalls implements CallSpans {

  private final RunSpans spans;

  OpenTelemetryCalls(RunSpans spans) {
    this.spans = spans;
  }

  @Override
  public CallSpan begin(RunContext run, String method, String url) {
    SpanBuilder span =
        spans
            .below(Traceparent.read(run.traceparent()), SpanKind.CLIENT, method)
            .setAttribute(Keys.RUN, run.runId().toString())
            .setAttribute(Keys.TENANT, run.tenant())
            .setAttribute(Keys.METHOD, method);
    URI uri = uri(url);
    if (uri != null && uri.getHost() != null) {
      span.setAttribute(Keys.URL, plain(uri)).setAttribute(Keys.SERVER, uri.getHost());
      span.setAttribute(Keys.PORT, (long) port(uri));
    }
    return new Request(span.startSpan());
  }

  private record Request(Span span) implements CallSpan {

    @Override
    public String traceparent(RunContext run) {
      return Traceparent.of(span.getSpanContext());
    }

    @Override
    public void answered(int status) {
      span.setAttribute(Keys.STATUS, (long) status);
      if (status >= 400) {
        Ends.failed(span, Integer.toString(status));
      }
      span.end();
    }

    @Override
    public void failed(Throwable failure) {
      Ends.failed(span, failure.getClass().getName());
      span.end();
    }
  }

  /** Without user, query and fragment, which are where secrets are put. */
  private static String plain(URI uri) {
    try {
      return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), uri.getPath(), null, null)
          .toString();
    } catch (URISyntaxException e) {
      return uri.getScheme() + "://" + uri.getHost();
    }
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equals(uri.getScheme().toLowerCase(Locale.ROOT)) ? 443 : 80;
  }

  /** Null: what cannot be read is not called either, and the attempt says so. */
  private static @Nullable URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
