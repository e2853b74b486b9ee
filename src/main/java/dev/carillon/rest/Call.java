package dev.carillon.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.observe.tracing.Tracing;
import dev.carillon.run.Trace;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The request, read strictly: what is not understood is refused, never ignored. Read before the
 * first asynchronous step, as the request's scope is.
 */
@RequestScoped
public class Call {

  /** Far above what 256 KiB of parameters need. */
  static final int MOST_BODY_BYTES = 1024 * 1024;

  private static final String TENANT = "X-Tenant-Id";
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int LONGEST_IDEMPOTENCY_KEY = 255;

  private final HttpServerRequest request;
  private final Tracing tracing;

  Call(RoutingContext exchange, Tracing tracing) {
    this.request = exchange.request();
    this.tracing = tracing;
  }

  /** Who asks, and in which trace: that of our own span of the request, else what they say. */
  Requester requester() {
    String current = tracing.current();
    if (current != null) {
      return new Requester(tenant(), current);
    }
    String traceparent = request.getHeader(LocalModeGuard.TRACEPARENT);
    return new Requester(tenant(), Trace.isValid(traceparent) ? traceparent : null);
  }

  /** Local mode trusts the header. */
  Tenant tenant() {
    List<String> named = request.headers().getAll(TENANT);
    if (named.isEmpty()) {
      return Tenant.DEFAULT;
    }
    if (named.size() > 1 || !Tenant.isValid(named.get(0))) {
      throw FieldErrors.invalid(
          TENANT,
          "the header " + TENANT + " must be one tenant, [a-z0-9][a-z0-9_-]{0,62}",
          Tenant.DEFAULT.id());
    }
    return new Tenant(named.get(0));
  }

  /** The query parameters, of which only the given ones are known. */
  Query query(String... known) {
    return new Query(request.path(), request.params(), Arrays.asList(known));
  }

  /** The body as JSON; an absent one is a missing node. */
  JsonNode json(byte @Nullable [] body) {
    requireSize(body);
    if (body != null && body.length > 0 && !BodyTypes.isJson(contentType())) {
      throw Problems.unsupportedMediaType(
          "the body must be JSON in UTF-8: Content-Type: application/json");
    }
    return JsonText.parse(body);
  }

  /** The body as an iCalendar file, in UTF-8. */
  byte[] iCalendar(byte @Nullable [] body) {
    requireSize(body);
    if (!BodyTypes.isICalendar(contentType())) {
      throw Problems.unsupportedMediaType(
          "the body must be an iCalendar file in UTF-8: Content-Type: text/calendar");
    }
    return body == null ? new byte[0] : body;
  }

  /** A merge patch. */
  ObjectNode patch(byte @Nullable [] body) {
    requireSize(body);
    if (!BodyTypes.isPatch(contentType())) {
      throw Problems.unsupportedMediaType(
          "a patch must be JSON in UTF-8: Content-Type: application/merge-patch+json");
    }
    JsonNode patch = JsonText.parse(body);
    if (!patch.isObject()) {
      FieldErrors errors = new FieldErrors();
      errors.wrongType("", "must be a JSON object: the fields to change", "{\"name\":\"…\"}");
      errors.throwIfAny();
    }
    return (ObjectNode) patch;
  }

  /** For an endpoint without fields: no body, or an empty object. */
  void requireNoFields(byte @Nullable [] body) {
    JsonNode json = json(body);
    if (!json.isMissingNode()) {
      FieldErrors errors = new FieldErrors();
      Fields.of(json, errors).refuseOthers();
      errors.throwIfAny();
    }
  }

  /**
   * Whether If-Match admits a version; without the header each does. What is not there, {@link
   * Refusal#ABSENT}, no header admits, not even {@code *} (RFC 9110, section 13.1.1).
   */
  IntPredicate ifMatch() {
    if (request.headers().getAll("If-Match").isEmpty()) {
      return version -> true;
    }
    Predicate<String> tags = ifMatchTag();
    return version -> version != Refusal.ABSENT && tags.test(Integer.toString(version));
  }

  /** Whether If-Match admits what is there with a tag; without the header it does. */
  Predicate<String> ifMatchTag() {
    List<String> headers = request.headers().getAll("If-Match");
    if (headers.isEmpty()) {
      return tag -> true;
    }
    List<String> tags =
        headers.stream()
            .flatMap(header -> Arrays.stream(header.split(",")))
            .map(String::strip)
            .toList();
    return tag -> tags.contains("*") || tags.contains(Answer.etag(tag));
  }

  /** Null: none was given. */
  @Nullable String idempotencyKey() {
    List<String> keys = request.headers().getAll(IDEMPOTENCY_KEY);
    if (keys.isEmpty()) {
      return null;
    }
    String key = keys.get(0);
    if (keys.size() > 1
        || key.isBlank()
        || key.length() > LONGEST_IDEMPOTENCY_KEY
        || !key.chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
      throw FieldErrors.invalid(
          IDEMPOTENCY_KEY,
          "the header "
              + IDEMPOTENCY_KEY
              + " must be one key of 1 to 255 printable ASCII characters",
          "8e03978e-40d5-43dd-bc93-6894a57f9324");
    }
    return key;
  }

  /** What this request is, apart from its body: for telling whether it is the same again. */
  String line() {
    return request.method() + " " + request.uri();
  }

  /** Scheme and authority by which we were reached. */
  String origin() {
    return request.scheme() + "://" + request.authority();
  }

  @Nullable String header(String name) {
    return request.getHeader(name);
  }

  private @Nullable String contentType() {
    return request.getHeader("Content-Type");
  }

  private static void requireSize(byte @Nullable [] body) {
    if (body != null && body.length > MOST_BODY_BYTES) {
      throw Problems.of(413, ProblemType.TOO_LARGE, "a body must not exceed 1 MiB");
    }
  }
}
