package dev.carillon.testing;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** A collector of traces: takes what arrives as OTLP over HTTP and keeps it. */
public final class OtlpReceiver implements AutoCloseable {

  private final List<Seen> spans = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final HttpServer server;

  /**
   * A span as it arrived.
   *
   * @param parent empty: it is a root
   * @param links span ids
   */
  public record Seen(
      String service,
      String name,
      String kind,
      String trace,
      String span,
      String parent,
      long startNanos,
      long endNanos,
      boolean error,
      Map<String, String> attributes,
      List<String> links) {}

  public OtlpReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
    server.createContext("/v1/traces", this::receive);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public List<Seen> spans() {
    return spans;
  }

  public int requests() {
    return requests.get();
  }

  public List<Seen> ofTrace(String trace) {
    return spans.stream().filter(span -> span.trace().equals(trace)).toList();
  }

  /**
   * A trace as indented text, each span below its parent, in the order of their beginnings:
   * service, name, kind, offset and duration, shortened ids.
   */
  public String text(String trace) {
    List<Seen> all =
        ofTrace(trace).stream().sorted(Comparator.comparingLong(Seen::startNanos)).toList();
    StringBuilder text = new StringBuilder("trace " + trace + "\n");
    for (Seen span : all) {
      if (all.stream().noneMatch(other -> other.span().equals(span.parent()))) {
        append(text, all, span, 1, all.get(0).startNanos());
      }
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, List<Seen> all, Seen span, int depth, long beginning) {
    String line =
        "%s%s [%s] %s".formatted("  ".repeat(depth), span.name(), span.kind(), span.service());
    text.append(
        "%-78s +%8.1f ms %8.1f ms  span %s parent %s%s%s%n"
            .formatted(
                line,
                millis(span.startNanos() - beginning),
                millis(span.endNanos() - span.startNanos()),
                shortened(span.span()),
                span.parent().isEmpty() ? "none" : shortened(span.parent()),
                span.links().isEmpty()
                    ? ""
                    : " link "
                        + String.join(",", span.links().stream().map(s -> shortened(s)).toList()),
                span.error() ? " ERROR " + span.attributes().get("error.type") : ""));
    all.stream()
        .filter(other -> other.parent().equals(span.span()))
        .forEach(child -> append(text, all, child, depth + 1, beginning));
  }

  private void receive(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream body =
        zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      for (ResourceSpans ofResource :
          ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
        String service =
            attributes(ofResource.getResource().getAttributesList())
                .getOrDefault("service.name", "?");
        for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
          ofScope.getSpansList().forEach(span -> spans.add(seen(service, span)));
        }
      }
    }
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static Seen seen(String service, Span span) {
    return new Seen(
        service,
        span.getName(),
        span.getKind().name().replace("SPAN_KIND_", ""),
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        span.getStatus().getCodeValue() == 2,
        attributes(span.getAttributesList()),
        new ArrayList<>(span.getLinksList().stream().map(link -> hex(link.getSpanId())).toList()));
  }

  private static Map<String, String> attributes(List<KeyValue> pairs) {
    Map<String, String> attributes = new TreeMap<>();
    pairs.forEach(pair -> attributes.put(pair.getKey(), text(pair.getValue())));
    return attributes;
  }

  private static String text(AnyValue value) {
    return value.hasStringValue()
        ? value.getStringValue()
        : value.hasIntValue() ? Long.toString(value.getIntValue()) : value.toString().strip();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static String shortened(String id) {
    return id.substring(0, 8);
  }

  private static double millis(long nanos) {
    return nanos / (double) Duration.ofMillis(1).toNanos();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
