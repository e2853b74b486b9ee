package dev.carillon.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Carillon as its users start it: {@code java -jar}, with an environment, seen from outside. For
 * tests that run after the package phase (failsafe passes the jar as {@code dev.carillon.jar}).
 *
 * <pre>{@code
 * try (CarillonProcess carillon = CarillonProcess.with(dataFolder).start().awaitReady()) {
 *   carillon.get("/q/health/ready");
 * }
 * }</pre>
 */
public final class CarillonProcess implements AutoCloseable {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> jvmOptions = new ArrayList<>(List.of("-Xmx512m"));
  private final Path data;
  private String jar = System.getProperty("dev.carillon.jar", "target/quarkus-app/quarkus-run.jar");
  private Path output;
  private Process process;

  private CarillonProcess(Path data) {
    this.data = data;
    env("CARILLON_DATA", data.toString());
    env("PORT", Integer.toString(freePort()));
  }

  public static CarillonProcess with(Path data) {
    return new CarillonProcess(data);
  }

  public CarillonProcess env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  public CarillonProcess jvm(String... options) {
    jvmOptions.addAll(List.of(options));
    return this;
  }

  /** Another application that has Carillon within. */
  public CarillonProcess jar(Path application) {
    jar = application.toString();
    return this;
  }

  public CarillonProcess start() {
    try {
      output = Files.createTempFile("carillon", ".out");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmOptions);
      command.add("-jar");
      command.add(jar);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      // What the machine happens to have set must not decide a test.
      for (String name :
          List.of("POSTGRES_URL", "DATABASE_URL", "NATS_URL", "JWKS_URL", "DEFAULT_TZ")) {
        builder.environment().remove(name);
      }
      builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
      builder.environment().keySet().removeIf(name -> name.startsWith("KAFKA_"));
      builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_"));
      builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
      builder.environment().putAll(environment);
      process = builder.start();
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Until {@code /q/health/ready} answers 200; fails at once when the process ends before. */
  public CarillonProcess awaitReady() {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new AssertionError("Carillon ended with " + process.exitValue() + ":\n" + output());
      }
      try {
        if (get("/q/health/ready").statusCode() == 200) {
          return this;
        }
      } catch (UncheckedIOException notYet) {
        // It does not listen yet.
      }
      pause();
    }
    throw new AssertionError("Carillon was not ready within 60 s:\n" + output());
  }

  public int port() {
    return Integer.parseInt(environment.get("PORT"));
  }

  public URI url(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  public HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(url(path)).GET());
  }

  public HttpResponse<String> post(String path, String json) {
    return send(
        HttpRequest.newBuilder(url(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(
          request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** What it tells of its parts under /q/health; empty while it does not answer. */
  public JsonObject health() {
    try {
      return new JsonObject(get("/q/health/ready").body())
          .getJsonArray("checks").stream()
              .map(JsonObject.class::cast)
              .filter(check -> check.getString("name").equals("carillon"))
              .findFirst()
              .map(check -> check.getJsonObject("data"))
              .orElseGet(JsonObject::new);
    } catch (UncheckedIOException away) {
      return new JsonObject();
    }
  }

  public boolean leads() {
    return "this process".equals(health().getString("engine.leader"));
  }

  /** Into its embedded PostgreSQL, as its owner. */
  public Connection database() throws SQLException {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postgres").resolve("postmaster.pid"));
      String password = Files.readString(data.resolve("password")).strip();
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:" + lines.get(3).strip() + "/carillon",
          "carillon",
          password);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The process id of its embedded PostgreSQL. */
  public long postgresPid() {
    try {
      Path file = data.resolve("postgres").resolve("postmaster.pid");
      return Long.parseLong(Files.readAllLines(file).get(0).strip());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public Process process() {
    return process;
  }

  /** What it said so far, on both streams. */
  public String output() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** SIGTERM, and the status it ends with. */
  public int terminate() {
    process.destroy();
    return awaitExit();
  }

  /** SIGKILL: no handler runs, and its PostgreSQL stays behind. */
  public CarillonProcess kill() {
    process.destroyForcibly();
    awaitExit();
    return this;
  }

  public int awaitExit() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("Carillon did not end within 60 s:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** Ends what is still there, the PostgreSQL of a killed process too. */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      terminate();
    }
    if (Files.exists(data.resolve("postgres").resolve("postmaster.pid"))) {
      ProcessHandle.of(postgresPid())
          .filter(handle -> handle.info().command().orElse("").contains("postgres"))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
