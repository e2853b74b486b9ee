package dev.carillon.bench.contestant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Executions, each with what was executed, when it was due and when it came; three columns of the
 * same length.
 *
 * @param number of the run within its round, or of the schedule
 * @param due in microseconds since the epoch
 * @param at in microseconds since the epoch, by the clock in the handler
 */
public record Notes(long[] number, long[] due, long[] at) {

  /** What a peer has written: NUMBER DUE AT in each line. */
  static Notes read(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      long[][] columns = new long[3][lines.size()];
      for (int i = 0; i < lines.size(); i++) {
        String[] fields = lines.get(i).split(" ");
        for (int column = 0; column < 3; column++) {
          columns[column][i] = Long.parseLong(fields[column]);
        }
      }
      return new Notes(columns[0], columns[1], columns[2]);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public int size() {
    return at.length;
  }

  /** Those due from one instant (inclusive) to another (exclusive). */
  Notes dueWithin(Instant from, Instant to) {
    long first = micros(from);
    long end = micros(to);
    int[] kept = IntStream.range(0, size()).filter(i -> due[i] >= first && due[i] < end).toArray();
    return new Notes(pick(number, kept), pick(due, kept), pick(at, kept));
  }

  /**
   * As a round of so many runs.
   *
   * @throws IllegalStateException unless each run was executed exactly once
   */
  Executed asRound(String who, Load load) {
    int[] times = new int[load.count()];
    for (long one : number) {
      times[Math.toIntExact(one)]++;
    }
    for (int i = 0; i < times.length; i++) {
      if (times[i] != 1) {
        throw new IllegalStateException(
            "run " + i + " of " + who + " was executed " + times[i] + " times");
      }
    }
    long began = Math.min(micros(load.first()), Arrays.stream(at).min().orElseThrow());
    return new Executed(new long[0], late(), Arrays.stream(at).max().orElseThrow() - began);
  }

  /** In microseconds, each, in the order of the notes. */
  public long[] late() {
    return IntStream.range(0, size()).mapToLong(i -> at[i] - due[i]).toArray();
  }

  private static long[] pick(long[] column, int[] kept) {
    return Arrays.stream(kept).mapToLong(i -> column[i]).toArray();
  }

  private static long micros(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
  }
}
