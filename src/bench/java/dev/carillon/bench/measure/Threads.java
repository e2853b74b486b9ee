package dev.carillon.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * CPU seconds by kind of thread, as the operating system has them: the compiler's and the
 * collector's too, which no sampler within the JVM sees. Linux only; elsewhere there is nothing.
 */
public final class Threads {

  /** The kind of thread that compiles: it has less to do the longer a JVM runs. */
  public static final String JIT = "JIT compiler";

  /** How the JVM and the frameworks begin the names of their threads, and what they are. */
  private static final List<Map.Entry<String, String>> KINDS =
      List.of(
          Map.entry("C1 ", JIT),
          Map.entry("C2 ", JIT),
          Map.entry("GC ", "garbage collector"),
          Map.entry("G1 ", "garbage collector"),
          Map.entry("VM ", "JVM"),
          Map.entry("JFR ", "flight recorder"),
          Map.entry("vert.x-eventl", "event loops"),
          Map.entry("executor-thre", "Quarkus workers"),
          Map.entry("vert.x-worker", "Vert.x workers"),
          Map.entry("carillon-handle", "handlers"),
          Map.entry("kafka-", "Kafka client"),
          Map.entry("nats", "NATS client"),
          Map.entry("jnats", "NATS client"));

  private Threads() {}

  /** Of each kind, by now. */
  public static Map<String, Double> cpu(List<ProcessHandle> processes) {
    Map<String, Double> kinds = new TreeMap<>();
    for (ProcessHandle process : processes) {
      Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
      if (Files.isDirectory(tasks)) {
        try (Stream<Path> all = Files.list(tasks)) {
          all.forEach(task -> add(task.resolve("stat"), kinds));
        } catch (IOException gone) {
          // The process has ended; what is asked for next says so.
        }
      }
    }
    return kinds;
  }

  /** What was used in between; the threads that have ended since are not counted. */
  public static Map<String, Double> between(Map<String, Double> before, Map<String, Double> after) {
    Map<String, Double> used = new HashMap<>();
    after.forEach(
        (kind, seconds) -> used.put(kind, Math.max(0, seconds - before.getOrDefault(kind, 0.0))));
    return used;
  }

  private static void add(Path stat, Map<String, Double> kinds) {
    try {
      String line = Files.readString(stat);
      String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      double ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      kinds.merge(kind(name), ticks / Cpu.TICKS_PER_SECOND, Double::sum);
    } catch (IOException gone) {
      // A thread that ended between the listing and the reading.
    }
  }

  private static String kind(String name) {
    return KINDS.stream()
        .filter(kind -> name.startsWith(kind.getKey()))
        .findFirst()
        .map(Map.Entry::getValue)
        // carillon-handler-12 and its siblings are one kind.
        .orElseGet(() -> name.replaceAll("[-#_\\s]*\\d+.*$", ""));
  }
}
