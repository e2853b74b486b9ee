package dev.carillon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.CarillonProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application of {@code docs/examples/own-handler}, built as its users build it, with
 * Carillon's jar from a repository, and started by its one command. Nothing is fetched: what it
 * takes is what Carillon's own build took.
 */
class OwnHandlerIT {

  private static final Path EXAMPLE = Path.of("docs", "examples", "own-handler").toAbsolutePath();
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path WORK = TARGET.resolve("own-handler");
  private static final Path APPLICATION = WORK.resolve("application");
  private static final Path REPOSITORY = WORK.resolve("repository");

  private static final String VERSION = System.getProperty("dev.carillon.version", "");
  private static final String MAVEN = System.getProperty("dev.carillon.maven", "");
  private static final String LOCAL = System.getProperty("dev.carillon.repository", "");

  @BeforeAll
  static void build() throws Exception {
    Path maven = Path.of(MAVEN, "bin", "mvn");
    boolean there = !MAVEN.isEmpty() && Files.isExecutable(maven);
    if (!there && "all".equals(System.getenv("CARILLON_TESTS"))) {
      throw new AssertionError("CARILLON_TESTS=all, but there is no Maven at " + maven);
    }
    Assumptions.assumeTrue(there, "no Maven at " + maven + "; this test is for mvnw verify");
    delete(WORK);
    copy(EXAMPLE, APPLICATION);
    lendRepository();
    run(
        List.of(
            maven.toString(),
            "-B",
            "-q",
            "--offline",
            "-Dmaven.repo.local=" + REPOSITORY,
            "-Dcarillon.version=" + VERSION,
            "package"));
  }

  @Test
  void runsItsHandlersByItsOwnScheduleAndByTheScheduler(@TempDir Path data) {
    try (CarillonProcess application =
        CarillonProcess.with(data)
            .jar(APPLICATION.resolve(Path.of("target", "quarkus-app", "quarkus-run.jar")))
            .env("CARILLON_SAMPLES", "off")
            .jvm("-XX:TieredStopAtLevel=1")
            .start()
            .awaitReady()) {

      // The one with the annotation has run twice, and each invoice was asked for twice.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> items(application, "/runs?jobKey=dunning&state=SUCCEEDED").size() >= 2);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> items(application, "/runs?jobKey=remind&state=SUCCEEDED").size() == 2);

      JsonArray reminders = items(application, "/runs?jobKey=remind");
      assertThat(reminders).hasSize(2);
      assertThat(reminders.stream().map(JsonObject.class::cast).map(OwnHandlerIT::said))
          .containsExactlyInAnyOrder("Invoice 4711 is overdue.", "Invoice 4712 is overdue.");
      JsonObject schedule = new JsonObject(application.get("/schedules/dunning").body());
      assertThat(schedule.getString("jobKey")).isEqualTo("dunning");
      assertThat(schedule.getInteger("version")).isOne();

      // And it ends in order.
      assertThat(application.terminate()).as(application.output()).isZero();
    }
  }

  @Test
  void namesTheVersionThatThereIs() throws IOException {
    assertThat(Files.readString(EXAMPLE.resolve("pom.xml")))
        .contains("<carillon.version>" + VERSION + "</carillon.version>");
  }

  private static String said(JsonObject run) {
    return run.getJsonObject("output").getString("said");
  }

  private static JsonArray items(CarillonProcess application, String path) {
    return new JsonObject(application.get(path).body()).getJsonArray("items");
  }

  // ── a repository with Carillon in it
  // ───────────────────────────────────────────────────────────────────────

  /**
   * All that is in the local repository, by links, and Carillon's jar as {@code mvn install} would
   * have put it there: the local repository itself stays as it is.
   */
  private static void lendRepository() throws IOException {
    Path local = Path.of(LOCAL);
    Path group = Path.of("dev", "carillon");
    linkAllBut(local, REPOSITORY, group.getName(0));
    linkAllBut(
        local.resolve(group.getName(0)), REPOSITORY.resolve(group.getName(0)), group.getName(1));
    Path ours = REPOSITORY.resolve(group).resolve("carillon").resolve(VERSION);
    Files.createDirectories(ours);
    String name = "carillon-" + VERSION;
    Files.createSymbolicLink(ours.resolve(name + ".jar"), TARGET.resolve(name + ".jar"));
    Files.createSymbolicLink(ours.resolve(name + ".pom"), Path.of("pom.xml").toAbsolutePath());
  }

  private static void linkAllBut(Path from, Path to, Path but) throws IOException {
    Files.createDirectories(to);
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.filter(e -> !e.getFileName().equals(but)).toList()) {
        Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
      }
    }
  }

  // ── files and processes
  // ─────────────────────────────────────────────────────────────────────────────────

  private static void run(List<String> command) throws Exception {
    Path log = WORK.resolve("build.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(APPLICATION.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Options of the build that this test is part of.
    List.of("MAVEN_OPTS", "MAVEN_ARGS", "MAVEN_CMD_LINE_ARGS", "MAVEN_PROJECTBASEDIR")
        .forEach(builder.environment()::remove);
    Process build = builder.start();
    boolean ended = build.waitFor(120, TimeUnit.SECONDS);
    if (!ended) {
      build.destroyForcibly();
    }
    assertThat(ended && build.exitValue() == 0)
        .as(command + " failed:\n" + Files.readString(log))
        .isTrue();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path relative = from.relativize(path);
        // What somebody who tried the example has built.
        if (relative.startsWith("target")) {
          continue;
        }
        Path copy = to.resolve(relative);
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** Links are deleted, and not what they lead to. */
  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
