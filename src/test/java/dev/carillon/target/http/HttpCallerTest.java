package dev.carillon.target.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.CancellationToken;
import dev.carillon.run.Outcome;
import dev.carillon.target.CallSpans;
import dev.carillon.target.TargetSpec;
import dev.carillon.target.Targets;
import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.TestRun;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real receiver. */
class HttpCallerTest {

  private static final Map<String, JsonObject> BODIES = new ConcurrentHashMap<>();
  private static final Map<String, Map<String, String>> HEADERS = new ConcurrentHashMap<>();
  private static final Map<String, String> RETRY_AFTER = new ConcurrentHashMap<>();
  private static final Map<String, String> DATE = new ConcurrentHashMap<>();
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final List<String> CLOSED = new CopyOnWriteArrayList<>();
  private static Vertx vertx;
  private static HttpServer receiver;
  private static Targets targets;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    receiver =
        vertx
            .createHttpServer()
            .requestHandler(HttpCallerTest::receive)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    targets = new Targets(List.of(new HttpCaller(vertx, 8, CallSpans.OFF, () -> NOW)));
  }

  @AfterAll
  static void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204})
  void succeedsWithAnyStatusOfTwoHundred(int status) throws Exception {
    Outcome outcome = call("/status/" + status, "POST", null, new Token());

    assertEquals(new Outcome.Success(Map.of("status", status)), outcome);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 404, 410, 429, 500, 503})
  void isToBeTriedAgainWithAnyOtherStatus(int status) throws Exception {
    Outcome.Problem problem =
        assertInstanceOf(
            Outcome.Problem.class, call("/status/" + status, "POST", null, new Token()));

    assertTrue(problem.error().message().contains(Integer.toString(status)));
    assertEquals("Http" + status, problem.error().type());
    assertEquals(List.of("Http" + status, "Http" + status / 100 + "xx"), problem.classes());
    assertEquals(null, problem.after());
  }

  @Test
  void sendsTheRunAsJsonWithItsTraceAndTheTargetsHeaders() throws Exception {
    call("/told", "PUT", null, new Token());

    JsonObject body = BODIES.get("/told");
    assertEquals(TestRun.ID.toString(), body.getString("runId"));
    assertEquals(3, body.getInteger("attempt"));
    assertEquals("post", body.getString("jobKey"));
    assertEquals(7, body.getJsonObject("params").getInteger("n"));
    assertEquals("4711", body.getJsonObject("scope").getString("invoice"));
    assertEquals(TestRun.ID.toString(), body.getString("idempotencyKey"));
    Map<String, String> headers = HEADERS.get("/told");
    assertEquals("PUT", headers.get("method"));
    assertEquals("yes", headers.get("x-own"));
    assertEquals("application/json", headers.get("content-type"));
    assertEquals(TestRun.TRACE, headers.get("traceparent"));
  }

  @Test
  void followsNoRedirect() throws Exception {
    call("/redirect", "POST", null, new Token());

    assertEquals(null, BODIES.get("/elsewhere"));
  }

  @Test
  void isToBeTriedAgainWhenNobodyAnswersInTime() throws Exception {
    Outcome.Problem late =
        assertInstanceOf(
            Outcome.Problem.class, call("/silent", "POST", Duration.ofMillis(200), new Token()));
    assertEquals("Timeout", late.error().type());
    Outcome.Problem refused =
        assertInstanceOf(
            Outcome.Problem.class,
            targets
                .call(
                    new TargetSpec.Http(
                        "http://127.0.0.1:" + CarillonProcess.freePort() + "/",
                        "POST",
                        Map.of(),
                        null),
                    run(new Token()))
                .toCompletableFuture()
                .get(5, SECONDS));
    assertEquals("Unreachable", refused.error().type());
    assertTrue(refused.classes().contains("java.net.ConnectException"), refused.toString());
  }

  /** 429 and 503 (RFC 9110 §10.2.3): seconds, or a date by the receiver's own clock. */
  @ParameterizedTest
  @CsvSource({
    "429, 7, , PT7S",
    "503, 0, , PT0S",
    "503, 99999999999999999999, , P1D",
    "503, 'Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:48:37 GMT', PT1M",
    "429, 'Sun, 01 Mar 2026 12:00:30 GMT', , PT30S",
    "429, 'Sat, 01 Mar 2025 12:00:30 GMT', , PT0S",
    "503, tomorrow, ,",
    "503, -5, ,",
    "500, 7, ,"
  })
  void waitsAsLongAsTheReceiverAsks(int status, String said, String date, Duration after)
      throws Exception {
    RETRY_AFTER.put("/status/" + status, said);
    DATE.put("/status/" + status, date == null ? "" : date);

    Outcome word = call("/status/" + status, "POST", null, new Token());

    RETRY_AFTER.clear();
    DATE.clear();
    assertEquals(after, assertInstanceOf(Outcome.Problem.class, word).after());
  }

  @Test
  void stopsAtOnceAlsoWhileItIsStillConnecting() throws Exception {
    // An address that no packet comes back from (RFC 5737): connecting takes until its own timeout.
    Token token = new Token();
    CompletableFuture<Outcome> called =
        targets
            .call(new TargetSpec.Http("http://192.0.2.1:81/", "POST", Map.of(), null), run(token))
            .toCompletableFuture();

    token.cancel();

    assertInstanceOf(Outcome.Problem.class, called.get(2, SECONDS));
  }

  @Test
  void knowsTheStatusOfAnAnswerThatNeverEnds() throws Exception {
    assertEquals(
        new Outcome.Success(Map.of("status", 200)), call("/endless", "POST", null, new Token()));
  }

  @Test
  void isAbortedAtOnceWhenTheRunIsCancelled() throws Exception {
    Token token = new Token();
    CompletableFuture<Outcome> called = start("/silent-to-cancel", "POST", null, token);
    org.awaitility.Awaitility.await().until(() -> BODIES.containsKey("/silent-to-cancel"));

    token.cancel();

    assertInstanceOf(Outcome.Problem.class, called.get(2, SECONDS));
    org.awaitility.Awaitility.await().until(() -> CLOSED.contains("/silent-to-cancel"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"not a url", "http://", "gopher://127.0.0.1/"})
  void failsTheAttemptOfAUrlThatIsNone(String url) {
    CompletableFuture<Outcome> called =
        targets
            .call(new TargetSpec.Http(url, "POST", Map.of(), null), run(new Token()))
            .toCompletableFuture();

    Object word =
        called
            .handle((outcome, thrown) -> thrown == null ? outcome : thrown)
            .orTimeout(5, SECONDS)
            .join();
    assertTrue(word instanceof Outcome.Problem || word instanceof Throwable, () -> "" + word);
  }

  private static Outcome call(String path, String method, Duration timeout, Token token)
      throws Exception {
    return start(path, method, timeout, token).get(10, SECONDS);
  }

  private static CompletableFuture<Outcome> start(
      String path, String method, Duration timeout, Token token) {
    return targets
        .call(
            new TargetSpec.Http(
                "http://127.0.0.1:" + receiver.actualPort() + path,
                method,
                Map.of("X-Own", "yes"),
                timeout),
            run(token))
        .toCompletableFuture();
  }

  private static TestRun run(Token token) {
    return new TestRun("post", 3)
        .with(Map.of("n", 7))
        .about(Map.of("invoice", "4711"))
        .cancelledBy(token);
  }

  private static void receive(HttpServerRequest request) {
    String path = request.path();
    request.connection().closeHandler(closed -> CLOSED.add(path));
    request
        .body()
        .onSuccess(
            body -> {
              Map<String, String> headers = new ConcurrentHashMap<>();
              request
                  .headers()
                  .forEach(
                      h ->
                          headers.put(h.getKey().toLowerCase(java.util.Locale.ROOT), h.getValue()));
              headers.put("method", request.method().name());
              HEADERS.put(path, headers);
              BODIES.put(path, body.length() == 0 ? new JsonObject() : body.toJsonObject());
              answer(request, path);
            });
  }

  private static void answer(HttpServerRequest request, String path) {
    if (RETRY_AFTER.containsKey(path)) {
      request.response().putHeader("Retry-After", RETRY_AFTER.get(path));
      if (!DATE.get(path).isEmpty()) {
        request.response().putHeader("Date", DATE.get(path));
      }
    }
    if (path.startsWith("/status/")) {
      request.response().setStatusCode(Integer.parseInt(path.substring(8))).end();
    } else if (path.equals("/redirect")) {
      request.response().setStatusCode(307).putHeader("location", "/elsewhere").end();
    } else if (path.equals("/endless")) {
      request.response().setChunked(true);
      pour(request);
    } else if (!path.startsWith("/silent")) {
      request.response().end();
    }
  }

  private static void pour(HttpServerRequest request) {
    if (!request.response().closed()) {
      request
          .response()
          .write("x".repeat(64 * 1024))
          .onSuccess(written -> vertx.runOnContext(next -> pour(request)));
    }
  }

  private static final class Token implements CancellationToken {
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void onCancel(Runnable action) {
      actions.add(action);
    }

    void cancel() {
      actions.forEach(Runnable::run);
    }
  }
}
