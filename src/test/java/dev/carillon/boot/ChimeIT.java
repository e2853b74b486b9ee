package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.carillon.testing.CarillonProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole of it, as its user sees it: a process, a database, a receiver, a stream; and a kill in
 * the middle.
 */
class ChimeIT {

  private static final int SLOTS = 8;
  private static final int RUNS = Integer.getInteger("dev.carillon.crash-runs", 300);

  @TempDir Path data;

  @Test
  void chimesEverySecondAndSurvivesAKill() throws Exception {
    Receiver receiver = new Receiver();
    try {
      long inHand;
      try (CarillonProcess carillon = carillon().start().awaitReady()) {
        demonstrationRunsWithinTenSeconds(carillon);
        theReadmesCurlLinesDoWhatTheySay(carillon);
        aScheduleOfEverySecondReachesItsReceiver(carillon, receiver);
        startRunsOfAFifthOfASecond(carillon);
        carillon.kill();
        inHand = runsInHandOfTheDead(carillon);
      }
      try (CarillonProcess carillon = carillon().start().awaitReady()) {
        everyRunReachesAFinalStateAndTheAttemptsTellTheStory(carillon, inHand);
        assertThat(carillon.terminate()).isZero();
      }
    } finally {
      receiver.close();
    }
  }

  /** Few slots: the kill shall find runs in hand, and more of them waiting. */
  private CarillonProcess carillon() {
    return CarillonProcess.with(data).env("CARILLON_SLOTS", Integer.toString(SLOTS));
  }

  private static void demonstrationRunsWithinTenSeconds(CarillonProcess carillon) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> !items(carillon, "/runs?jobKey=hello&state=SUCCEEDED").isEmpty());
  }

  /** Every block of shell in the README that begins with curl, in its order. */
  private static void theReadmesCurlLinesDoWhatTheySay(CarillonProcess carillon) throws Exception {
    Matcher block =
        Pattern.compile("```sh\n(curl .*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("README.md")));
    int blocks = 0;
    while (block.find()) {
      String command =
          block
              .group(1)
              .replace(
                  "curl localhost:3080", "curl -sS --fail-with-body localhost:" + carillon.port());
      Process shell = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
      String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shell.waitFor()).as(command + said).isZero();
      blocks++;
    }
    assertThat(blocks).isEqualTo(4);
  }

  private static void aScheduleOfEverySecondReachesItsReceiver(
      CarillonProcess carillon, Receiver receiver) {
    List<String> stream = listen(carillon);
    created(
        carillon.post(
            "/jobs",
            """
            {"key":"ring","target":{"type":"HTTP","url":"%s"},"params":{"bell":"tenor"}}
            """
                .formatted(receiver.url())));
    created(
        carillon.post(
            "/schedules",
            """
            {"key":"every-second","jobKey":"ring","trigger":{"type":"CRON","expression":"* * * * * *"}}
            """));

    await().atMost(Duration.ofSeconds(20)).until(() -> receiver.bodies.size() >= 4);

    assertThat(carillon.send(request(carillon, "/schedules/every-second").DELETE()).statusCode())
        .isEqualTo(204);
    JsonObject first = new JsonObject(receiver.bodies.get(0));
    assertThat(first.getString("jobKey")).isEqualTo("ring");
    assertThat(first.getJsonObject("params").getString("bell")).isEqualTo("tenor");
    assertThat(first.getString("idempotencyKey")).isEqualTo(first.getString("runId"));
    for (int i = 1; i < 4; i++) {
      Duration apart = Duration.between(receiver.arrived.get(i - 1), receiver.arrived.get(i));
      assertThat(apart).isBetween(Duration.ofMillis(300), Duration.ofMillis(1_700));
    }
    String run = first.getString("runId");
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> "SUCCEEDED".equals(run(carillon, run).getString("state")));
    await().atMost(Duration.ofSeconds(5)).until(() -> typesOf(stream, run).size() == 2);
    assertThat(typesOf(stream, run))
        .containsExactly("scheduler.run.started", "scheduler.run.succeeded");
  }

  private static void startRunsOfAFifthOfASecond(CarillonProcess carillon) throws Exception {
    created(carillon.post("/jobs", "{\"key\":\"sleep\",\"params\":{\"duration\":\"PT0.2S\"}}"));
    Instant due = Instant.now().plusSeconds(3);
    // One transaction: what is accepted is accepted as a whole, and none of it may be lost.
    try (Connection database = carillon.database();
        Statement statement = database.createStatement()) {
      statement.execute("set role carillon_engine");
      statement.execute(
          """
          with made as (
            insert into runs (id, tenant_id, job_id, due_at, created_at, priority, params)
            select (substr(j.id::text, 1, 14) || '7' || substr(md5(i::text), 1, 3) || '-8'
                     || substr(md5(i::text), 4, 3) || '-' || substr(md5('x' || i), 1, 12))::uuid,
                   'default', j.id, '%s', now(), 2, j.params
            from jobs j, generate_series(1, %d) i where j.key = 'sleep'
            returning id, due_at
          )
          insert into queue (id, tenant_id, queue, priority, due_at)
          select id, 'default', 'default', 2, due_at from made
          """
              .formatted(due, RUNS));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                count(carillon, "select count(*) from attempts where outcome = 'SUCCEEDED'")
                    > RUNS / 8);
    assertThat(count(carillon, "select count(*) from queue where state = 'RUNNING'")).isPositive();
  }

  /**
   * Its PostgreSQL outlives it until the next start. In hand are the runs in its slots, and those
   * that had ended but were not written down.
   */
  private static long runsInHandOfTheDead(CarillonProcess carillon) throws Exception {
    await()
        .until(
            () -> {
              try (Connection database = carillon.database();
                  Statement statement = database.createStatement();
                  ResultSet busy =
                      statement.executeQuery(
                          "select from pg_stat_activity where backend_type = 'client backend'"
                              + " and state <> 'idle' and pid <> pg_backend_pid()")) {
                return !busy.next();
              }
            });
    return count(carillon, "select count(*) from queue where state = 'RUNNING'");
  }

  private static void everyRunReachesAFinalStateAndTheAttemptsTellTheStory(
      CarillonProcess carillon, long inHand) throws Exception {
    String sleepers = "from runs r join jobs j on j.id = r.job_id and j.key = 'sleep'";
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                count(
                        carillon,
                        "select count(distinct r.id) "
                            + sleepers
                            + " join attempts a on a.run_id = r.id and a.final_state = 'SUCCEEDED'")
                    == RUNS);
    assertThat(count(carillon, "select count(*) " + sleepers)).isEqualTo(RUNS);
    // Those in hand at the kill were lost, at once tried again, and each ended once.
    assertThat(count(carillon, "select count(*) from attempts where outcome = 'LOST'"))
        .isEqualTo(inHand)
        .isPositive();
    assertThat(
            count(
                carillon,
                "select count(*) from (select run_id from attempts where final_state is not null"
                    + " group by run_id having count(*) > 1) doubled"))
        .isZero();
    assertThat(
            count(
                carillon,
                "select count(*) from attempts a where a.outcome = 'LOST' and not exists (select from"
                    + " attempts b where b.run_id = a.run_id and b.attempt = a.attempt + 1)"))
        .isZero();
  }

  private static List<String> listen(CarillonProcess carillon) {
    List<String> data = new CopyOnWriteArrayList<>();
    CompletableFuture<HttpResponse<Stream<String>>> answer =
        HttpClient.newHttpClient()
            .sendAsync(
                request(carillon, "/events?type=scheduler.run.started&type=scheduler.run.succeeded")
                    .GET()
                    .build(),
                HttpResponse.BodyHandlers.ofLines());
    answer.thenAcceptAsync(
        lines ->
            lines
                .body()
                .filter(line -> line.startsWith("data:"))
                .forEach(line -> data.add(line.substring(5))));
    answer.join();
    return data;
  }

  private static List<String> typesOf(List<String> stream, String run) {
    return stream.stream()
        .map(JsonObject::new)
        .filter(event -> event.getString("subject").equals("runs/" + run))
        .map(event -> event.getString("type"))
        .toList();
  }

  private static HttpRequest.Builder request(CarillonProcess carillon, String path) {
    return HttpRequest.newBuilder(carillon.url(path));
  }

  private static void created(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private static JsonArray items(CarillonProcess carillon, String path) {
    return new JsonObject(carillon.get(path).body()).getJsonArray("items");
  }

  private static JsonObject run(CarillonProcess carillon, String id) {
    return new JsonObject(carillon.get("/runs/" + id).body());
  }

  private static long count(CarillonProcess carillon, String query) throws Exception {
    try (Connection database = carillon.database();
        Statement statement = database.createStatement()) {
      statement.execute("set role carillon_engine");
      try (ResultSet result = statement.executeQuery(query)) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  /** A real HTTP receiver on loopback. */
  private static final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<Instant> arrived = new CopyOnWriteArrayList<>();

    Receiver() throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            arrived.add(Instant.now());
            bodies.add(
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/bell";
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
