package dev.carillon.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * CPU seconds since the start of processes. By /proc where there is one; elsewhere as the JVM sees
 * them, which leaves out children that have ended, and what others use stays unknown.
 */
final class Cpu {

  /** Linux counts in hundredths of a second on every platform that has a JVM. */
  static final double TICKS_PER_SECOND = 100;

  private Cpu() {}

  static double of(ProcessHandle process) {
    long @Nullable [] ticks = ticks(process.pid());
    return ticks == null ? byJvm(process) : (ticks[0] + ticks[1]) / TICKS_PER_SECOND;
  }

  /**
   * A server and its children, those that have ended too. The parent is read first: a child that
   * ends in between is lost rather than counted twice.
   */
  static double ofTree(ProcessHandle parent) {
    long @Nullable [] ticks = ticks(parent.pid());
    double own = ticks == null ? byJvm(parent) : Arrays.stream(ticks).sum() / TICKS_PER_SECOND;
    return own + parent.children().mapToDouble(Cpu::of).sum();
  }

  /**
   * What all processes of the machine used, and what its host took away from it; NaN where that
   * cannot be known.
   */
  static double ofMachine() {
    try {
      // cpu user nice system idle iowait irq softirq steal guest guest_nice; user includes guest
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).strip().split("\\s+");
      long busy = 0;
      for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
        busy += Long.parseLong(fields[i]);
      }
      return busy / TICKS_PER_SECOND;
    } catch (IOException noProc) {
      return Double.NaN;
    }
  }

  /** utime, stime, cutime, cstime; null without /proc, or when the process is gone. */
  private static long @Nullable [] ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name, in parentheses, may hold spaces; the third field comes after it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return new long[] {
        Long.parseLong(fields[11]),
        Long.parseLong(fields[12]),
        Long.parseLong(fields[13]),
        Long.parseLong(fields[14])
      };
    } catch (IOException gone) {
      return null;
    }
  }

  private static double byJvm(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }
}
