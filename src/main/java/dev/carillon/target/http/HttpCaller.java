package dev.carillon.target.http;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import dev.carillon.target.CallSpans;
import dev.carillon.target.CallSpans.CallSpan;
import dev.carillon.target.TargetCaller;
import dev.carillon.target.TargetSpec;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Target HTTP: sends the run as JSON; any 2xx is success, everything else a failed attempt that is
 * retried. Redirects are not followed: they would carry the request to a place that nobody named.
 */
public final class HttpCaller implements TargetCaller<TargetSpec.Http> {

  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  /**
   * Of a response only the status matters; a body longer than this ends the connection instead of
   * being read.
   */
  private static final int MOST_RESPONSE_BYTES = 1024 * 1024;

  private final HttpClient client;
  private final CallSpans spans;

  /**
   * @param slots how many requests may be under way at once
   */
  public HttpCaller(Vertx vertx, int slots, CallSpans spans) {
    this.spans = spans;
    client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                    .setKeepAliveTimeout(30)
                    // The spans of our own instead: Vert.x's tell the query, in which secrets may
                    // be.
                    .setTracingPolicy(TracingPolicy.IGNORE)
                    .setDecompressionSupported(false))
            // The default of five connections to a host would make a slow one the ceiling of the
            // worker.
            .with(new PoolOptions().setHttp1MaxSize(slots))
            .build();
  }

  @Override
  public Class<TargetSpec.Http> kind() {
    return TargetSpec.Http.class;
  }

  @Override
  public CompletionStage<Outcome> call(TargetSpec.Http target, RunContext run) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    Buffer body = body(run).toBuffer();
    RequestOptions options = request(target);
    CallSpan span = spans.begin(run, target.method(), target.url());
    options.putHeader("traceparent", span.traceparent(run));
    client
        .request(options)
        .onFailure(failure -> unreachable(failure, span, result))
        .onSuccess(request -> send(request, body, run, span, result));
    return result;
  }

  private static RequestOptions request(TargetSpec.Http target) {
    RequestOptions options =
        new RequestOptions()
            .setAbsoluteURI(target.url())
            .setMethod(HttpMethod.valueOf(target.method()))
            .setFollowRedirects(false);
    options.putHeader("user-agent", "carillon");
    for (Map.Entry<String, String> header : target.headers().entrySet()) {
      options.putHeader(header.getKey(), header.getValue());
    }
    options.putHeader("content-type", "application/json");
    if (target.timeout() != null) {
      options.setTimeout(Math.max(1, target.timeout().toMillis()));
    }
    return options;
  }

  private static void send(
      HttpClientRequest request,
      Buffer body,
      RunContext run,
      CallSpan span,
      CompletableFuture<Outcome> result) {
    run.cancellation().onCancel(request::reset);
    request
        .send(body)
        .onFailure(failure -> unreachable(failure, span, result))
        .onSuccess(response -> read(response, span, result));
  }

  private static void read(
      HttpClientResponse response, CallSpan span, CompletableFuture<Outcome> result) {
    long[] received = new long[1];
    response.handler(
        chunk -> {
          received[0] += chunk.length();
          if (received[0] > MOST_RESPONSE_BYTES) {
            answered(response, span, result);
            response.request().reset();
          }
        });
    // The status has arrived; what breaks afterwards does not change what the receiver said.
    response.exceptionHandler(failure -> answered(response, span, result));
    response.endHandler(end -> answered(response, span, result));
  }

  private static void answered(
      HttpClientResponse response, CallSpan span, CompletableFuture<Outcome> result) {
    span.answered(response.statusCode());
    result.complete(outcome(response));
  }

  private static Outcome outcome(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return Outcome.success(Map.of("status", status));
    }
    return Outcome.retry("answered " + status + " " + response.statusMessage());
  }

  private static void unreachable(
      Throwable failure, CallSpan span, CompletableFuture<Outcome> result) {
    span.failed(failure);
    String message = failure.getMessage();
    result.complete(
        Outcome.retry(
            "no answer: " + (message == null ? failure.getClass().getSimpleName() : message)));
  }

  private static JsonObject body(RunContext run) {
    return new JsonObject()
        .put("runId", run.runId().toString())
        .put("attempt", run.attempt())
        .put("jobKey", run.jobKey())
        .put("params", new JsonObject(run.params()))
        .put("scope", JsonObject.mapFrom(run.scope()))
        .put("idempotencyKey", run.idempotencyKey());
  }
}
