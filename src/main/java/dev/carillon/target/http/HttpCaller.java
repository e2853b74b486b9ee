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
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Target HTTP: sends the run as JSON; any 2xx is success, everything else a failed attempt that is
 * retried, unless the job's policy says otherwise of its class ({@link HttpProblems}); after the
 * pause that a 429 or 503 asks for, where it asks for one. A cancelled request is aborted at once,
 * also while it is still connecting. Redirects are not followed: they would carry the request to a
 * place that nobody named.
 */
public final class HttpCaller implements TargetCaller<TargetSpec.Http> {

  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  /**
   * Of a response only the status matters; a body longer than this ends the connection instead of
   * being read.
   */
  private static final int MOST_RESPONSE_BYTES = 1024 * 1024;

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final HttpClient client;
  private final CallSpans spans;
  private final InstantSource clock;

  /**
   * @param slots how many requests may be under way at once
   * @param clock for a Retry-After that is a date, of an answer that does not say its own
   */
  public HttpCaller(Vertx vertx, int slots, CallSpans spans, InstantSource clock) {
    this.spans = spans;
    this.clock = clock;
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
    AtomicBoolean connected = new AtomicBoolean();
    // A request that was sent is reset, and fails or keeps its status by that.
    run.cancellation()
        .onCancel(
            () -> {
              if (!connected.get()) {
                noAnswer(new CancellationException("cancelled"), span, result);
              }
            });
    client
        .request(options)
        .onFailure(failure -> noAnswer(failure, span, result))
        .onSuccess(
            request -> {
              connected.set(true);
              send(request, body, run, span, result);
            });
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

  private void send(
      HttpClientRequest request,
      Buffer body,
      RunContext run,
      CallSpan span,
      CompletableFuture<Outcome> result) {
    run.cancellation().onCancel(request::reset);
    request
        .send(body)
        .onFailure(failure -> noAnswer(failure, span, result))
        .onSuccess(response -> read(response, span, result));
  }

  private void read(HttpClientResponse response, CallSpan span, CompletableFuture<Outcome> result) {
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

  private void answered(
      HttpClientResponse response, CallSpan span, CompletableFuture<Outcome> result) {
    span.answered(response.statusCode());
    result.complete(outcome(response));
  }

  private Outcome outcome(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return Outcome.success(Map.of("status", status));
    }
    boolean asksForPause = status == TOO_MANY_REQUESTS || status == UNAVAILABLE;
    return HttpProblems.status(
        status,
        response.statusMessage(),
        asksForPause
            ? RetryAfter.read(
                response.getHeader("Retry-After"), response.getHeader("Date"), clock.instant())
            : null);
  }

  private static void noAnswer(
      Throwable failure, CallSpan span, CompletableFuture<Outcome> result) {
    span.failed(failure);
    result.complete(HttpProblems.noAnswer(failure));
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
