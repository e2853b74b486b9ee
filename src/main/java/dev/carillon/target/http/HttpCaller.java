package dev.carillon.target.http;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
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

  /**
   * @param slots how many requests may be under way at once
   */
  public HttpCaller(Vertx vertx, int slots) {
    client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                    .setKeepAliveTimeout(30)
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
    client
        .request(request(target, run))
        .onFailure(failure -> result.complete(unreachable(failure)))
        .onSuccess(request -> send(request, body, run, result));
    return result;
  }

  private static RequestOptions request(TargetSpec.Http target, RunContext run) {
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
    options.putHeader("traceparent", run.traceparent());
    if (target.timeout() != null) {
      options.setTimeout(Math.max(1, target.timeout().toMillis()));
    }
    return options;
  }

  private static void send(
      HttpClientRequest request, Buffer body, RunContext run, CompletableFuture<Outcome> result) {
    run.cancellation().onCancel(request::reset);
    request
        .send(body)
        .onFailure(failure -> result.complete(unreachable(failure)))
        .onSuccess(response -> read(response, result));
  }

  private static void read(HttpClientResponse response, CompletableFuture<Outcome> result) {
    long[] received = new long[1];
    response.handler(
        chunk -> {
          received[0] += chunk.length();
          if (received[0] > MOST_RESPONSE_BYTES) {
            result.complete(outcome(response));
            response.request().reset();
          }
        });
    // The status has arrived; what breaks afterwards does not change what the receiver said.
    response.exceptionHandler(failure -> result.complete(outcome(response)));
    response.endHandler(end -> result.complete(outcome(response)));
  }

  private static Outcome outcome(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return Outcome.success(Map.of("status", status));
    }
    return Outcome.retry("answered " + status + " " + response.statusMessage());
  }

  private static Outcome unreachable(Throwable failure) {
    String message = failure.getMessage();
    return Outcome.retry(
        "no answer: " + (message == null ? failure.getClass().getSimpleName() : message));
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
