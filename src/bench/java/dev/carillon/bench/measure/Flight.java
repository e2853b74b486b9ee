package dev.carillon.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a JVM's time and memory went while runs were executed, by its own flight recording. Each
 * sample belongs to a stage: the innermost frame of a package that is one. Time that was spent in
 * the JDK on behalf of the PostgreSQL driver is the driver's.
 *
 * <p>Threads that wait in the operating system are left out, but for those that write to or read
 * from a socket; the compiler and the collector are not sampled at all ({@link Threads} has them).
 */
public final class Flight {

  /** Packages that are stages; the first that fits names it. */
  private static final List<Map.Entry<String, String>> STAGES =
      List.of(
          Map.entry("io.vertx.pgclient", "PostgreSQL driver"),
          Map.entry("io.vertx.sqlclient", "PostgreSQL driver"),
          Map.entry("org.apache.kafka", "Kafka client"),
          Map.entry("io.smallrye.reactive.messaging.kafka", "Kafka client"),
          Map.entry("io.nats", "NATS client"),
          Map.entry("io.netty", "netty"),
          Map.entry("io.smallrye.mutiny", "Mutiny"),
          Map.entry("com.fasterxml.jackson", "JSON"),
          Map.entry("io.vertx", "Vert.x"),
          Map.entry("org.jboss", "JBoss threads and logging"),
          Map.entry("io.quarkus", "Quarkus"));

  private static final String CARILLON = "dev.carillon.";
  private static final Set<String> SAMPLES =
      Set.of("jdk.ExecutionSample", "jdk.NativeMethodSample");

  private final Map<String, Long> samples = new TreeMap<>();
  private final Map<String, Long> bytes = new TreeMap<>();

  /** A stretch of time in which counted runs were executed. */
  public record Window(Instant from, Instant to) {

    boolean contains(Instant at) {
      return !at.isBefore(from) && at.isBefore(to);
    }
  }

  private Flight() {}

  /** Of all of a contestant's JVMs, together. */
  public static Flight read(List<Path> recordings, List<Window> windows) {
    Flight flight = new Flight();
    for (Path recording : recordings) {
      try (RecordingFile events = new RecordingFile(recording)) {
        while (events.hasMoreEvents()) {
          RecordedEvent event = events.readEvent();
          if (windows.stream().anyMatch(window -> window.contains(event.getStartTime()))) {
            flight.add(event);
          }
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    return flight;
  }

  /**
   * A table, the stage with the most samples first.
   *
   * @param cpu seconds that the sampled threads used, in all
   * @param runs that were executed
   */
  public List<List<String>> perThousand(double cpu, long runs) {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("stage", "samples %", "CPU s/1000 runs", "allocated B/run"));
    long all = Math.max(1, samples.values().stream().mapToLong(Long::longValue).sum());
    Set<String> stages = new TreeSet<>(samples.keySet());
    stages.addAll(bytes.keySet());
    stages.stream()
        .sorted((one, other) -> Long.compare(count(samples, other), count(samples, one)))
        .forEach(
            stage -> {
              double share = (double) count(samples, stage) / all;
              table.add(
                  List.of(
                      stage,
                      Numbers.shown(100 * share),
                      Numbers.shown(1e3 * share * cpu / runs),
                      Numbers.shown((double) count(bytes, stage) / runs)));
            });
    long allocated = bytes.values().stream().mapToLong(Long::longValue).sum();
    table.add(
        List.of(
            "all",
            "100",
            Numbers.shown(1e3 * cpu / runs),
            Numbers.shown((double) allocated / runs)));
    return table;
  }

  private static long count(Map<String, Long> counts, String stage) {
    return counts.getOrDefault(stage, 0L);
  }

  private void add(RecordedEvent event) {
    String type = event.getEventType().getName();
    RecordedStackTrace stack = event.getStackTrace();
    if (stack == null) {
      return;
    }
    if (type.equals("jdk.ObjectAllocationSample")) {
      bytes.merge(stage(stack), event.getLong("weight"), Long::sum);
    } else if (SAMPLES.contains(type) && !isWaiting(stack)) {
      samples.merge(stage(stack), 1L, Long::sum);
    }
  }

  /** Most native samples are of threads that sleep until something comes. */
  private static boolean isWaiting(RecordedStackTrace stack) {
    String method = stack.getFrames().get(0).getMethod().getName();
    return Set.of("wait", "epollWait", "poll", "poll0", "epollWait0", "park", "accept", "accept0")
        .contains(method);
  }

  private static String stage(RecordedStackTrace stack) {
    for (RecordedFrame frame : stack.getFrames()) {
      String type = frame.getMethod().getType().getName();
      if (type.startsWith(CARILLON)) {
        return CARILLON + type.substring(CARILLON.length()).replaceAll("\\..*|(?=[A-Z]).*", "");
      }
      for (Map.Entry<String, String> stage : STAGES) {
        if (type.startsWith(stage.getKey())) {
          return stage.getValue();
        }
      }
    }
    return "JDK, nobody's";
  }
}
