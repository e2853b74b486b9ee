package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.TestKafka;
import dev.carillon.testing.TestNats;
import dev.carillon.testing.TestPostgres;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of {@code docs/examples}, as their users start them, against a real broker and a
 * real Carillon: what a publisher asks for is made once, however often it asks, and a subscriber
 * prints what the tables say of every run: each event once, in order.
 */
class ExamplesIT {

  private static final int RUNS = Integer.getInteger("dev.carillon.example-runs", 200);

  /** Of each publisher; and the runs that fail at first, and those that do for good. */
  private static final int REQUESTS = 10;

  private static final int STUMBLING = 10;
  private static final int DYING = 3;

  private static final Path EXAMPLES = Path.of("docs", "examples").toAbsolutePath();
  private static final Path WORK = Path.of("target", "examples").toAbsolutePath();

  /** With kafka-clients, and with kafkajs. */
  @Nested
  class OnKafka extends OnABroker<TestKafka> {
    OnKafka() {
      super("kafka", TestKafka::start, "KAFKA_BOOTSTRAP_SERVERS", TestKafka::bootstrap);
    }
  }

  /** With jnats, and with nats.js. */
  @Nested
  class OnNats extends OnABroker<TestNats> {
    OnNats() {
      super("nats", TestNats::start, "NATS_URL", TestNats::url);
    }
  }

  /** A broker, and the programs for it: those in {@code kafka-java}, for example. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class OnABroker<S extends AutoCloseable> {

    private final String name;
    private final Supplier<S> server;
    private final String variable;
    private final Function<S, String> address;
    private S started;
    private Stage stage;

    /**
     * @param name that begins the names of the folders
     * @param variable where Carillon and the programs look for the address
     */
    OnABroker(String name, Supplier<S> server, String variable, Function<S, String> address) {
      this.name = name;
      this.server = server;
      this.variable = variable;
      this.address = address;
    }

    @BeforeAll
    void start(@TempDir Path data) {
      started = server.get();
      stage = new Stage(variable, address.apply(started), data);
    }

    @AfterAll
    void stop() {
      closeAll(stage, started);
    }

    @Test
    void inJava() {
      stage.show(name + "-java", ExamplesIT::java);
    }

    @Test
    void inNode() {
      install(name + "-node");
      stage.show(name + "-node", ExamplesIT::node);
    }
  }

  // ── what is shown
  // ───────────────────────────────────────────────────────────────────────────────────────

  /** How a program is started: from its folder and its name, {@code Subscriber}. */
  private interface Language {
    List<String> command(String folder, String program);
  }

  /** One Carillon beside one broker, for one test after another. */
  private static final class Stage implements AutoCloseable {

    private final String variable;
    private final String address;
    private final TestPostgres.Database database = TestPostgres.empty();
    private final Receiver receiver = new Receiver();
    private final CarillonProcess carillon;

    Stage(String variable, String address, Path data) {
      this.variable = variable;
      this.address = address;
      carillon =
          CarillonProcess.with(data)
              .env(variable, address)
              .env("POSTGRES_URL", database.postgresUrl())
              .env("CARILLON_SAMPLES", "off")
              .jvm("-XX:TieredStopAtLevel=1")
              .start()
              .awaitReady();
      created(carillon.post("/jobs", "{\"key\":\"noop\"}"));
      job("stumble");
      job("die");
    }

    /** Two attempts, in quick succession; {@link Receiver} decides how they end. */
    private void job(String key) {
      created(
          carillon.post(
              "/jobs",
              """
              {"key":"%s","target":{"type":"HTTP","url":"%s"},
               "retry":{"maxAttempts":2,"backoff":"FIXED","initialDelay":"PT0.1S"}}
              """
                  .formatted(key, receiver.url(key))));
    }

    void show(String folder, Language language) {
      // Given a subscriber, which will see also what was told before it came
      int before = Integer.parseInt(one("select count(*) from runs"));
      int runs = before + RUNS + STUMBLING + DYING + REQUESTS;
      try (Program subscriber =
          start(language, folder, "Subscriber", "--count", Integer.toString(runs))) {

        // When runs are made, some of them asked for on the broker, and each of those twice
        double repeated = repeated();
        String requests = Integer.toString(REQUESTS);
        try (Program publisher = start(language, folder, "Publisher", "noop", folder, requests);
            Program again = start(language, folder, "Publisher", "noop", folder, requests)) {
          assertThat(publisher.awaitEnd()).hasSize(REQUESTS);
          assertThat(again.awaitEnd()).hasSize(REQUESTS);
        }
        make("noop", RUNS);
        make("stumble", STUMBLING);
        make("die", DYING);

        // Then it has printed what the tables say
        Map<String, List<String>> printed = new TreeMap<>();
        subscriber.awaitEnd().forEach(line -> note(line, printed));
        await().atMost(Duration.ofSeconds(20)).until(() -> repeated() - repeated == REQUESTS);
        assertThat(printed).isEqualTo(told());
        assertThat(printed).hasSize(runs);
        assertThat(requested(folder))
            .hasSize(REQUESTS)
            .allSatisfy((id, n) -> assertThat(n).isOne());
      }
    }

    private void make(String job, int runs) {
      for (int i = 0; i < runs; i++) {
        created(carillon.post("/runs", "{\"jobKey\":\"" + job + "\"}"));
      }
    }

    private Program start(Language language, String folder, String program, String... arguments) {
      List<String> command = new ArrayList<>(language.command(folder, program));
      command.addAll(List.of(arguments));
      return new Program(command, Map.of(variable, address));
    }

    private static void note(String line, Map<String, List<String>> printed) {
      String[] parts = line.split(" ");
      assertThat(parts).as(line).hasSize(3);
      printed
          .computeIfAbsent(parts[1], subject -> new ArrayList<>())
          .add(parts[0] + " " + parts[2]);
    }

    /** Of each run, by its attempts: what a subscriber must have seen, in order. */
    private Map<String, List<String>> told() {
      Map<String, List<String>> told = new TreeMap<>();
      for (Map<String, Object> row :
          rows("select run_id, attempt, final_state::text as state from attempts order by 1, 2")) {
        List<String> events =
            told.computeIfAbsent("runs/" + row.get("run_id"), subject -> new ArrayList<>());
        int first = ((Number) row.get("attempt")).intValue() * 10;
        events.add("scheduler.run.started " + sequence(first + 1));
        if ("SUCCEEDED".equals(row.get("state"))) {
          events.add("scheduler.run.succeeded " + sequence(first + 6));
        } else {
          events.add("scheduler.run.failed " + sequence(first + 4));
        }
        if ("DEAD".equals(row.get("state"))) {
          events.add("scheduler.run.dead " + sequence(first + 5));
        }
      }
      return told;
    }

    private static String sequence(int number) {
      return "%010d".formatted(number);
    }

    /** How many runs each order of a publisher has become. */
    private Map<String, Long> requested(String folder) {
      Map<String, Long> requested = new LinkedHashMap<>();
      rows("""
              select scope->>'order' as id, count(*) as n
              from runs
              where scope->>'order' like '%s-%%'
              group by 1
              """
              .formatted(folder))
          .forEach(row -> requested.put((String) row.get("id"), (Long) row.get("n")));
      return requested;
    }

    /** Requests that were known already. */
    private double repeated() {
      Matcher found =
          Pattern.compile("(?m)^carillon_requests_total\\{.*result=\"repeated\".*} (\\S+)$")
              .matcher(carillon.get("/q/metrics").body());
      return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }

    private String one(String query) {
      return rows(query).get(0).values().iterator().next().toString();
    }

    private List<Map<String, Object>> rows(String query) {
      try (Connection connection = database.connect()) {
        return EngineFixture.rows(connection, query);
      } catch (SQLException failure) {
        throw new IllegalStateException(failure);
      }
    }

    @Override
    public void close() {
      carillon.close();
      receiver.close();
    }
  }

  private static void created(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private static void closeAll(AutoCloseable... all) {
    for (AutoCloseable one : all) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (Exception failure) {
        throw new AssertionError(failure);
      }
    }
  }

  // ── programs
  // ───────────────────────────────────────────────────────────────────────────────────────

  /** With the libraries that come with Carillon's jar, as docs/examples/README.md has it. */
  private static List<String> java(String folder, String program) {
    Path jar =
        Path.of(System.getProperty("dev.carillon.jar", "target/quarkus-app/quarkus-run.jar"));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        jar.resolveSibling(Path.of("lib", "main", "*")).toString(),
        EXAMPLES.resolve(Path.of(folder, program + ".java")).toString());
  }

  private static List<String> node(String folder, String program) {
    return List.of(
        "node", WORK.resolve(folder).resolve(program.toLowerCase(Locale.ROOT) + ".mjs").toString());
  }

  /** In a copy: what npm brings stays out of the sources. */
  private static void install(String folder) {
    Path copy = WORK.resolve(folder);
    try {
      Files.createDirectories(copy);
      try (Stream<Path> files = Files.list(EXAMPLES.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    String missing = npmCi(copy);
    if (missing != null && "all".equals(System.getenv("CARILLON_TESTS"))) {
      throw new AssertionError("CARILLON_TESTS=all, but " + missing);
    }
    Assumptions.assumeTrue(missing == null, missing);
  }

  /** What is missing; null: nothing is. */
  private static String npmCi(Path folder) {
    try {
      Process npm =
          new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("npm.log").toFile())
              .start();
      if (!npm.waitFor(60, TimeUnit.SECONDS)) {
        npm.destroyForcibly();
        return "npm ci did not end within 60 s";
      }
      return npm.exitValue() == 0
          ? null
          : "npm ci failed: " + Files.readString(folder.resolve("npm.log"));
    } catch (IOException notThere) {
      return "there is no npm: " + notThere.getMessage();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** A process of its own; what it prints is kept, what it complains of too. */
  private static final class Program implements AutoCloseable {

    private final List<String> command;
    private final Path output;
    private final Path errors;
    private final Process process;

    Program(List<String> command, Map<String, String> environment) {
      this.command = command;
      try {
        Files.createDirectories(WORK);
        output = Files.createTempFile(WORK, "program", ".out");
        errors = Files.createTempFile(WORK, "program", ".err");
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    /** The lines that it printed. */
    List<String> awaitEnd() {
      try {
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        assertThat(ended && process.exitValue() == 0)
            .as(
                () ->
                    command
                        + (ended ? " ended with " + process.exitValue() : " did not end")
                        + "; it had printed "
                        + lines(output).size()
                        + " lines and\n"
                        + String.join("\n", lines(errors)))
            .isTrue();
        return lines(output);
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }

    private static List<String> lines(Path file) {
      try {
        return Files.readAllLines(file);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  // ── what runs call
  // ───────────────────────────────────────────────────────────────────────────────────────

  /** Refuses {@code stumble} at the first attempt, and {@code die} always. */
  private static final class Receiver implements AutoCloseable {

    private final HttpServer server;

    Receiver() {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext(
            "/",
            exchange -> {
              String body =
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
              boolean well =
                  exchange.getRequestURI().getPath().equals("/stumble")
                      && new JsonObject(body).getInteger("attempt") > 1;
              exchange.sendResponseHeaders(well ? 200 : 500, -1);
              exchange.close();
            });
        server.start();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    String url(String job) {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + job;
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
