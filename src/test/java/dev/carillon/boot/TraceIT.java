package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.OtlpReceiver;
import dev.carillon.testing.OtlpReceiver.Seen;
import dev.carillon.testing.TestKafka;
import dev.carillon.testing.TestNats;
import dev.carillon.testing.TestPostgres;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One trace across real processes, as a collector, a receiver and a subscriber see it. Written to
 * {@code target/trace.txt}.
 */
class TraceIT {

  private static final Path TEXT = Path.of("target", "trace.txt");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static TestKafka kafka;
  private static TestNats nats;

  @TempDir Path data;

  /**
   * A way to run it.
   *
   * @param environment that all processes share
   * @param apart whether each role has a process of its own
   */
  record Arrangement(String name, Map<String, String> environment, boolean apart) {

    List<String> roles() {
      return apart ? List.of("api", "ticker", "worker") : List.of("api,ticker,worker");
    }

    String serviceOf(String role) {
      return apart ? "carillon-" + role : "carillon";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arrangement> arrangements() {
    kafka = TestKafka.start();
    List<Arrangement> arrangements = new ArrayList<>();
    arrangements.add(new Arrangement("one process, in-process broker", Map.of(), false));
    arrangements.add(
        new Arrangement(
            "three processes, Kafka", Map.of("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap()), true));
    if (Boolean.getBoolean("dev.carillon.full")) {
      nats = TestNats.start();
      arrangements.add(
          new Arrangement("three processes, NATS", Map.of("NATS_URL", nats.url()), true));
    }
    return arrangements.stream();
  }

  @AfterAll
  static void end() {
    kafka.close();
    if (nats != null) {
      nats.close();
    }
  }

  @BeforeAll
  static void begin() throws Exception {
    Files.deleteIfExists(TEXT);
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void isOneTraceFromTheRequestOrFireToTheEventOfTheEnd(Arrangement how) throws Exception {
    try (OtlpReceiver collector = new OtlpReceiver();
        Processes processes = new Processes(how, collector, data)) {
      awaitAnnouncements(collector, processes);
      ofARequest(how, collector, processes);
      ofAFireWithItsRetry(how, collector, processes);
      ofAFeed(collector, processes);
      tellsNothingElse(collector);
    }
  }

  /** Its token is in its path, and in no span, however that is spelled. */
  private static void ofAFeed(OtlpReceiver collector, Processes processes) {
    HttpResponse<String> made = processes.api().post("/calendar-feeds", "{}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String token = new JsonObject(made.body()).getString("token");
    assertThat(processes.api().get("/feeds/" + token + ".ics").statusCode()).isEqualTo(200);
    for (String feeds : List.of("/%66eeds/", "/feeds;x=1/", "//feeds/", "/feeds%2F")) {
      assertThat(processes.api().get(feeds + token + ".ics").statusCode()).isEqualTo(404);
    }
    processes.api().get("/jobs/after-the-feed");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                collector.spans().stream()
                    .anyMatch(span -> span.attributes().toString().contains("after-the-feed")));
    assertThat(collector.spans())
        .noneMatch(span -> (span.name() + span.attributes()).contains(token));
  }

  /** Until then a worker that is idle may find a run in the table before the due event comes. */
  private static void awaitAnnouncements(OtlpReceiver collector, Processes processes) {
    processes.post("/jobs", "{\"key\":\"noop\"}");
    await()
        .pollInterval(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(
            () -> {
              processes.post("/runs", "{\"jobKey\":\"noop\"}");
              return collector.spans().stream()
                  .filter(span -> span.name().equals("run noop"))
                  .anyMatch(
                      attempt ->
                          named(collector, attempt.trace(), "publish scheduler.job.due.default")
                              .stream()
                              .anyMatch(publish -> publish.span().equals(attempt.parent())));
            });
  }

  private static void ofARequest(Arrangement how, OtlpReceiver collector, Processes processes)
      throws Exception {
    try (Target target = new Target()) {
      processes.post("/jobs", job("ring", target));
      List<JsonObject> events = listen(processes.api(), "scheduler.run.succeeded");
      String requester = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

      String run =
          new JsonObject(
                  processes
                      .api()
                      .send(
                          HttpRequest.newBuilder(processes.api().url("/runs"))
                              .header("Content-Type", "application/json")
                              .header("traceparent", requester)
                              .POST(HttpRequest.BodyPublishers.ofString("{\"jobKey\":\"ring\"}")))
                      .body())
              .getString("id");
      String trace = requester.substring(3, 35);
      awaitAll(collector, trace, "run ring");
      await().atMost(PATIENCE).until(() -> eventsOf(events, run).size() == 1);

      Seen request = only(collector, trace, "POST /runs");
      assertThat(request.service()).isEqualTo(how.serviceOf("api"));
      assertThat(request.parent()).isEqualTo(requester.substring(36, 52));
      Seen attempt = only(collector, trace, "run ring");
      assertThat(attempt.service()).isEqualTo(how.serviceOf("worker"));
      assertThat(attempt.kind()).isEqualTo("CONSUMER");
      // One that nobody took is announced again after a while.
      List<Seen> announcements = named(collector, trace, "publish scheduler.job.due.default");
      assertThat(announcements)
          .allMatch(publish -> publish.service().equals(how.serviceOf("ticker")))
          .allMatch(publish -> publish.kind().equals("PRODUCER"))
          .allMatch(publish -> publish.parent().equals(request.span()));
      // A worker that was idle may have looked into the table in that very moment.
      if (attempt.parent().equals(request.span())) {
        assertThat(attempt.links()).isEmpty();
      } else {
        assertThat(announcements).anyMatch(publish -> publish.span().equals(attempt.parent()));
        assertThat(attempt.links()).containsExactly(request.span());
      }
      assertThat(attempt.attributes())
          .containsEntry("carillon.run", run)
          .containsEntry("carillon.tenant", "default")
          .containsEntry("carillon.job", "ring")
          .containsEntry("carillon.attempt", "1")
          .containsEntry("carillon.outcome", "SUCCEEDED");
      Seen call = only(collector, trace, "POST");
      assertThat(call.kind()).isEqualTo("CLIENT");
      assertThat(call.parent()).isEqualTo(attempt.span());
      assertThat(call.attributes())
          .containsEntry("url.full", target.url().replaceFirst("\\?.*", ""))
          .containsEntry("http.response.status_code", "204");
      assertThat(target.traceparents).containsExactly("00-" + trace + "-" + call.span() + "-01");
      assertThat(eventsOf(events, run).get(0).getString("traceparent"))
          .isEqualTo("00-" + trace + "-" + attempt.span() + "-01");
      Seen told = only(collector, trace, "publish scheduler.run.succeeded");
      assertThat(told.service()).isEqualTo(how.serviceOf("ticker"));
      assertThat(told.parent()).isEqualTo(attempt.span());
      assertThat(traceIdOf(processes, run)).isEqualTo(trace);
      write("A request: " + how, collector.text(trace));
      hangsTogether(collector.ofTrace(trace), requester.substring(36, 52));
    }
  }

  private static void ofAFireWithItsRetry(
      Arrangement how, OtlpReceiver collector, Processes processes) throws Exception {
    try (Target target = new Target(503, 204)) {
      processes.post("/jobs", job("chime", target));
      processes.post(
          "/schedules",
          """
          {"key":"once","jobKey":"chime","trigger":{"type":"ONE_SHOT","at":"%s"}}
          """
              .formatted(Instant.now().plusSeconds(3).truncatedTo(ChronoUnit.MILLIS)));
      await()
          .atMost(PATIENCE)
          .until(() -> collector.spans().stream().anyMatch(span -> span.name().equals("fire")));

      Seen root = collector.spans().stream().filter(s -> s.name().equals("fire")).findAny().get();
      String run = root.attributes().get("carillon.run");
      assertThat(root.trace()).isEqualTo(run.replace("-", ""));
      assertThat(root.parent()).isEmpty();
      assertThat(root.service()).isEqualTo(how.serviceOf("ticker"));
      awaitAll(collector, root.trace(), "run chime");
      await().atMost(PATIENCE).until(() -> named(collector, root.trace(), "run chime").size() == 2);
      Seen failed = attempt(collector, root.trace(), 1);
      assertThat(failed.error()).isTrue();
      assertThat(failed.attributes()).containsEntry("carillon.outcome", "FAILED");
      assertThat(failed.attributes().values()).noneMatch(value -> value.contains("answered"));
      Seen succeeded = attempt(collector, root.trace(), 2);
      assertThat(succeeded.error()).isFalse();
      assertThat(target.traceparents)
          .allMatch(traceparent -> traceparent.startsWith("00-" + root.trace() + "-"))
          .hasSize(2);
      write("A fire, with a retry: " + how, collector.text(root.trace()));
      hangsTogether(collector.ofTrace(root.trace()), "");
    }
  }

  /** Every span is below another of the trace, but for the one below whoever asked. */
  private static void hangsTogether(List<Seen> spans, String outside) {
    assertThat(spans)
        .allMatch(
            span ->
                span.parent().equals(outside)
                    || spans.stream().anyMatch(other -> other.span().equals(span.parent())));
    assertThat(spans.stream().filter(span -> span.parent().equals(outside))).hasSize(1);
    assertThat(spans.stream().map(Seen::span)).doesNotHaveDuplicates();
  }

  /** No statements, no health checks, and not what stands in the query of a URL. */
  private static void tellsNothingElse(OtlpReceiver collector) {
    assertThat(collector.spans())
        .noneMatch(span -> span.attributes().containsKey("db.system"))
        .noneMatch(span -> span.attributes().getOrDefault("url.path", "").startsWith("/q/"))
        .noneMatch(span -> span.attributes().toString().contains(Target.SECRET));
  }

  /** Each process sends its own spans in its own time. */
  private static void awaitAll(OtlpReceiver collector, String trace, String attempt) {
    for (String name :
        List.of(
            "publish scheduler.job.due.default",
            attempt,
            "POST",
            "publish scheduler.run.started",
            "publish scheduler.run.succeeded")) {
      await().atMost(PATIENCE).until(() -> !named(collector, trace, name).isEmpty());
    }
  }

  private static List<Seen> named(OtlpReceiver collector, String trace, String name) {
    return collector.ofTrace(trace).stream().filter(span -> span.name().equals(name)).toList();
  }

  private static Seen only(OtlpReceiver collector, String trace, String name) {
    await().atMost(PATIENCE).until(() -> !named(collector, trace, name).isEmpty());
    assertThat(named(collector, trace, name)).as(collector.text(trace)).hasSize(1);
    return named(collector, trace, name).get(0);
  }

  private static Seen attempt(OtlpReceiver collector, String trace, int number) {
    return named(collector, trace, "run chime").stream()
        .filter(span -> span.attributes().get("carillon.attempt").equals(Integer.toString(number)))
        .findAny()
        .orElseThrow();
  }

  private static String job(String key, Target target) {
    return """
        {"key":"%s","target":{"type":"HTTP","url":"%s"},
         "retry":{"maxAttempts":3,"backoff":"FIXED","initialDelay":"PT1S"}}
        """
        .formatted(key, target.url());
  }

  private static String traceIdOf(Processes processes, String run) {
    return new JsonObject(processes.api().get("/runs/" + run).body()).getString("traceId");
  }

  private static List<JsonObject> eventsOf(List<JsonObject> events, String run) {
    return events.stream()
        .filter(event -> event.getString("subject").equals("runs/" + run))
        .toList();
  }

  private static List<JsonObject> listen(CarillonProcess carillon, String type) {
    List<JsonObject> events = new CopyOnWriteArrayList<>();
    CompletableFuture<HttpResponse<Stream<String>>> answer =
        HttpClient.newHttpClient()
            .sendAsync(
                HttpRequest.newBuilder(carillon.url("/events?type=" + type)).build(),
                HttpResponse.BodyHandlers.ofLines());
    answer.thenAcceptAsync(
        lines ->
            lines
                .body()
                .filter(line -> line.startsWith("data:"))
                .forEach(line -> events.add(new JsonObject(line.substring(5)))));
    answer.join();
    return events;
  }

  private static void write(String title, String text) throws Exception {
    String shown = title + "\n" + text + "\n";
    System.out.println(shown);
    Files.writeString(
        TEXT, shown, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static CarillonProcess process(
      Arrangement how, String roles, OtlpReceiver collector, Path data) {
    CarillonProcess process =
        CarillonProcess.with(data.resolve(roles.replace(',', '-')))
            .env("CARILLON_ROLES", roles)
            .env("CARILLON_SAMPLES", "off")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
            // So that a span is seen soon after it ended.
            .env("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "100ms")
            .jvm("-Xmx192m", "-XX:TieredStopAtLevel=1");
    if (how.apart) {
      process.env("OTEL_SERVICE_NAME", how.serviceOf(roles));
    }
    how.environment.forEach(process::env);
    return process;
  }

  /** The processes of an arrangement, on one database. */
  private static final class Processes implements AutoCloseable {

    private final List<CarillonProcess> processes = new ArrayList<>();

    Processes(Arrangement how, OtlpReceiver collector, Path data) {
      String database = TestPostgres.empty().postgresUrl();
      for (String roles : how.roles()) {
        // One after the other: the first migrates.
        processes.add(
            process(how, roles, collector, data)
                .env("POSTGRES_URL", database)
                .start()
                .awaitReady());
      }
    }

    CarillonProcess api() {
      return processes.get(0);
    }

    void post(String path, String json) {
      HttpResponse<String> answer = api().post(path, json);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    @Override
    public void close() {
      processes.forEach(CarillonProcess::close);
    }
  }

  /** An HTTP receiver that answers as it is told, the last answer for ever. */
  private static final class Target implements AutoCloseable {

    static final String SECRET = "do-not-tell";

    private final HttpServer server;
    private final List<String> traceparents = new CopyOnWriteArrayList<>();

    Target(int... answers) throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            traceparents.add(exchange.getRequestHeaders().getFirst("traceparent"));
            int said = Math.min(traceparents.size(), answers.length);
            exchange.sendResponseHeaders(said == 0 ? 204 : answers[said - 1], -1);
            exchange.close();
          });
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/bell?token=" + SECRET;
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
