package dev.carillon.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real nats-server with JetStream, on a free port of this machine: the one on the PATH, else that
 * of Debian's package, unpacked into the build folder (which needs neither root nor an
 * installation). Where there is neither, tests are skipped by name; with {@code CARILLON_TESTS=all}
 * they fail.
 *
 * <pre>{@code
 * try (TestNats nats = TestNats.start()) {
 *   nats.url();
 * }
 * }</pre>
 */
public final class TestNats implements AutoCloseable {

  private static final Path FOLDER = Path.of("target", "test-nats").toAbsolutePath();
  private static final Path UNPACKED = Path.of("target", "nats-server").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path binary;
  private final Path data;
  private final int port = CarillonProcess.freePort();
  private final List<String> options;
  private final Thread hook = new Thread(this::kill, "stop nats-server");
  private @Nullable Process process;

  private TestNats(Path binary, Path data, List<String> options) {
    this.binary = binary;
    this.data = data;
    this.options = options;
  }

  /**
   * A server of one's own, empty.
   *
   * @param options further arguments, for example {@code --user}
   */
  public static TestNats start(String... options) {
    Optional<Path> binary = binary();
    if (binary.isEmpty() && "all".equals(System.getenv("CARILLON_TESTS"))) {
      throw new AssertionError("CARILLON_TESTS=all, but there is no nats-server to be had");
    }
    Assumptions.assumeTrue(binary.isPresent(), "no nats-server on the PATH, nor from Debian");
    try {
      removeWhatDeadTestsLeft();
      Path data = Files.createTempDirectory(FOLDER, ProcessHandle.current().pid() + "-");
      TestNats nats = new TestNats(binary.get(), data, List.of(options));
      // It would outlive this JVM.
      Runtime.getRuntime().addShutdownHook(nats.hook);
      return nats.again();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public String url() {
    return "nats://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** After {@link #stop} or {@link #kill}: on the same port, with the same data. */
  public TestNats again() {
    try {
      List<String> command = new ArrayList<>(List.of(binary.toString(), "-js"));
      command.addAll(List.of("-sd", data.resolve("js").toString()));
      command.addAll(List.of("-a", "127.0.0.1", "-p", Integer.toString(port)));
      command.addAll(options);
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
      process = started;
      Files.writeString(data.resolve("pid"), Long.toString(started.pid()));
      awaitListening(started);
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** SIGTERM; returns when it has ended. */
  public void stop() {
    if (process != null) {
      process.destroy();
      awaitEnd();
    }
  }

  /** SIGKILL; returns when it has ended. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      awaitEnd();
    }
  }

  /** SIGSTOP: it keeps its connections and answers nothing. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Loses everything, as a server with a new disk does. Only while it is stopped. */
  public void forget() {
    try {
      delete(data.resolve("js"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** CPU that the server has used since it was started. */
  public Duration cpu() {
    return process == null ? Duration.ZERO : process.info().totalCpuDuration().orElseThrow();
  }

  /** What it wrote. */
  public String output() {
    try {
      return Files.readString(log(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
    try {
      delete(data);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Path log() {
    return data.resolve("log");
  }

  private void awaitListening(Process started) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      if (!started.isAlive()) {
        throw new AssertionError("nats-server ended:\n" + output());
      }
      if (isServing()) {
        return;
      }
      pauseBriefly();
    }
    throw new AssertionError("nats-server does not listen:\n" + output());
  }

  /** It says so: its port is open before JetStream has recovered its data. */
  private boolean isServing() {
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      socket.setSoTimeout(1_000);
      byte[] greeting = new byte[5];
      int read = socket.getInputStream().readNBytes(greeting, 0, greeting.length);
      return new String(greeting, 0, read, StandardCharsets.US_ASCII).equals("INFO ");
    } catch (IOException notYet) {
      return false;
    }
  }

  private void awaitEnd() {
    try {
      Process ending = process;
      if (ending != null && !ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("nats-server does not end:\n" + output());
      }
      process = null;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private void signal(String signal) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("nats-server is not running");
    }
    run(data, "kill", "-" + signal, Long.toString(running.pid()));
  }

  // ── where it comes from
  // ────────────────────────────────────────────────────────────────────────────────────

  private static Optional<Path> binary() {
    Optional<Path> onPath =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "nats-server"))
            .filter(Files::isExecutable)
            .findFirst();
    return onPath.isPresent() ? onPath : ofDebian();
  }

  /**
   * One test JVM unpacks it, those beside it wait: a program that is being written cannot start.
   */
  private static synchronized Optional<Path> ofDebian() {
    try {
      Files.createDirectories(UNPACKED);
      try (FileChannel lock =
          FileChannel.open(
              UNPACKED.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lock.lock();
        return unpacked();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Optional<Path> unpacked() {
    Path binary = UNPACKED.resolve(Path.of("usr", "sbin", "nats-server"));
    try {
      if (Files.isExecutable(binary)) {
        return Optional.of(binary);
      }
      if (!run(UNPACKED, "apt-get", "download", "nats-server") && !downloadWithListsOfOurOwn()) {
        return Optional.empty();
      }
      try (Stream<Path> files = Files.list(UNPACKED)) {
        Path debian =
            files.filter(file -> file.toString().endsWith(".deb")).findFirst().orElseThrow();
        run(UNPACKED, "dpkg", "-x", debian.toString(), UNPACKED.toString());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return Optional.of(binary).filter(Files::isExecutable);
  }

  /** A fresh image has no package lists, and the system's may not be ours to write. */
  private static boolean downloadWithListsOfOurOwn() throws IOException {
    Path lists = UNPACKED.resolve("lists");
    Files.createDirectories(lists.resolve("partial"));
    String state = "Dir::State::lists=" + lists;
    return run(UNPACKED, "apt-get", "-o", state, "-o", "Dir::Cache::pkgcache=", "update")
        && run(UNPACKED, "apt-get", "-o", state, "download", "nats-server");
  }

  private static boolean run(Path folder, String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** A test JVM that was killed could not stop its server: the folder begins with its pid. */
  private static void removeWhatDeadTestsLeft() throws IOException {
    Files.createDirectories(FOLDER);
    try (Stream<Path> folders = Files.list(FOLDER)) {
      for (Path folder : folders.toList()) {
        long owner = Long.parseLong(folder.getFileName().toString().split("-")[0]);
        if (ProcessHandle.of(owner).isEmpty()) {
          stopOrphan(folder.resolve("pid"));
          delete(folder);
        }
      }
    }
  }

  private static void stopOrphan(Path pidFile) throws IOException {
    if (Files.exists(pidFile)) {
      // The pid may have gone to somebody else since; ours is recognised by its name.
      ProcessHandle.of(Long.parseLong(Files.readString(pidFile)))
          .filter(handle -> handle.info().command().orElse("").endsWith("nats-server"))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  private static void pauseBriefly() {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
