package dev.carillon.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka: one KRaft node, broker and controller, in a JVM of its own, so that it can be
 * killed and paused. It keeps its port and its data when it is started again.
 *
 * <pre>{@code
 * try (TestKafka kafka = TestKafka.start()) {
 *   connect(kafka.bootstrap());
 * }
 * }</pre>
 */
public final class TestKafka implements AutoCloseable {

  private static final Path FOLDER = Path.of("target", "test-kafka").toAbsolutePath();
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

  /** Compiled once and quickly: tests do not run long enough for more to pay. */
  private static final List<String> QUICK =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  private final int port = CarillonProcess.freePort();
  private final int controllerPort = CarillonProcess.freePort();
  private final Path folder;
  private final List<String> jvm;
  private final Thread hook = new Thread(this::close, "stop test Kafka");
  private Process process;

  private TestKafka(Path folder, List<String> jvm) {
    this.folder = folder;
    this.jvm = jvm;
  }

  /** Returns when it serves. */
  public static TestKafka start() {
    return start(QUICK);
  }

  /**
   * @param jvm options of its JVM beside the size of the heap, for who measures
   */
  public static TestKafka start(List<String> jvm) {
    try {
      Files.createDirectories(FOLDER);
      removeWhatDeadTestsLeft();
      String owner = ProcessHandle.current().pid() + "-";
      TestKafka kafka = new TestKafka(Files.createTempDirectory(FOLDER, owner), jvm);
      Runtime.getRuntime().addShutdownHook(kafka.hook);
      kafka.startAgain();
      return kafka;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** As it would stand in KAFKA_BOOTSTRAP_SERVERS. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** On the same port with the same data; nothing when it runs. Returns when it serves. */
  public synchronized void startAgain() {
    if (isRunning()) {
      return;
    }
    try {
      Files.deleteIfExists(ready());
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx256m");
      command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
      command.addAll(jvm);
      command.add(Node.class.getName());
      command.addAll(
          List.of(folder.toString(), Integer.toString(port), Integer.toString(controllerPort)));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()));
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      process = builder.start();
      awaitReady();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** SIGTERM: it hands over, writes everything down and goes. Returns when it is gone. */
  public synchronized void stop() {
    process.destroy();
    awaitExit();
  }

  /** SIGKILL. Returns when it is gone. */
  public synchronized void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** SIGSTOP: connections stay, nobody answers. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  @Override
  public synchronized void close() {
    if (process != null) {
      kill();
    }
    try {
      delete(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    if (Thread.currentThread() != hook) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private Path ready() {
    return folder.resolve("ready");
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (!Files.exists(ready())) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "Kafka did not start:\n" + Files.readString(folder.resolve("server.log")));
      }
      rest();
    }
  }

  private void awaitExit() {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private void signal(String name) {
    try {
      int status =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new AssertionError("kill -" + name + " ended with " + status);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void rest() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** A server ends with its test JVM, but that one's folder stays when it is killed. */
  private static void removeWhatDeadTestsLeft() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      for (Path folder : folders.toList()) {
        String name = folder.getFileName().toString();
        if (ProcessHandle.of(Long.parseLong(name.substring(0, name.indexOf('-')))).isEmpty()) {
          delete(folder);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** What runs in the other JVM. */
  public static final class Node {

    private Node() {}

    /**
     * @param args the folder, the port, the controller's port
     */
    public static void main(String[] args) throws Exception {
      Logger.getLogger("").setLevel(Level.WARNING);
      Path folder = Path.of(args[0]);
      Path data = folder.resolve("data");
      if (!Files.exists(data.resolve("meta.properties"))) {
        format(data);
      }
      KafkaRaftServer server =
          new KafkaRaftServer(
              new KafkaConfig(settings(data, args[1], args[2]), false), Time.SYSTEM);
      Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
      endWithParent();
      server.startup();
      Files.createFile(folder.resolve("ready"));
      server.awaitShutdown();
    }

    private static void format(Path data) throws Exception {
      new Formatter()
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .setDirectories(List.of(data.toString()))
          .setMetadataLogDirectory(data.toString())
          .setControllerListenerName("CONTROLLER")
          .run();
    }

    private static Properties settings(Path data, String port, String controllerPort) {
      Properties settings = new Properties();
      String[] pairs = {
        "process.roles", "broker,controller",
        "node.id", "1",
        "controller.quorum.voters", "1@127.0.0.1:" + controllerPort,
        "controller.listener.names", "CONTROLLER",
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs", data.toString(),
        // What is not made on purpose shows as missing.
        "auto.create.topics.enable", "false",
        "default.replication.factor", "1",
        "offsets.topic.replication.factor", "1",
        "offsets.topic.num.partitions", "2",
        "transaction.state.log.replication.factor", "1",
        "transaction.state.log.min.isr", "1",
        "group.initial.rebalance.delay.ms", "0",
        "group.min.session.timeout.ms", "1000",
        // After a kill it may come back at once.
        "broker.session.timeout.ms", "2000",
        "broker.heartbeat.interval.ms", "500",
        "log.segment.bytes", "16777216",
        "log.index.size.max.bytes", "262144",
        "log.cleaner.dedupe.buffer.size", "2097152",
        "num.network.threads", "2",
        "num.io.threads", "2",
        "background.threads", "2",
        "num.recovery.threads.per.data.dir", "2",
      };
      for (int i = 0; i < pairs.length; i += 2) {
        settings.setProperty(pairs[i], pairs[i + 1]);
      }
      return settings;
    }

    /** The parent holds the other end of standard input; however it ends, this end is told. */
    private static void endWithParent() {
      Thread watch =
          new Thread(
              () -> {
                try {
                  while (System.in.read() >= 0) {
                    // Nobody writes.
                  }
                } catch (IOException gone) {
                  // The same as the end of the stream.
                }
                Runtime.getRuntime().halt(1);
              },
              "end with the test");
      watch.setDaemon(true);
      watch.start();
    }
  }
}
