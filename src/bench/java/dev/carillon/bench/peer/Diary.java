package dev.carillon.bench.peer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a scheduler executed in one round, and when. Handlers write into arrays that were made
 * before the round, so that noting costs them next to nothing.
 */
final class Diary {

  private final String prefix;
  private final int expected;
  private final int[] index;
  private final long[] due;
  private final long[] at;
  private final AtomicInteger notes = new AtomicInteger();

  /**
   * @param round what the round's runs have in front of their number
   * @param expected how many executions complete the round
   * @param room for how many executions there is; more than are expected, for doubles
   */
  Diary(String round, int expected, int room) {
    this.prefix = round + "-";
    this.expected = expected;
    this.index = new int[room];
    this.due = new long[room];
    this.at = new long[room];
  }

  /**
   * Notes that a run is being executed, now.
   *
   * @param run ROUND-NUMBER
   * @return whether it is the last one that was expected
   * @throws IllegalStateException when the run is of another round, or there are more than there is
   *     room for
   */
  boolean note(String run, Instant due) {
    long now = micros(Instant.now());
    if (!run.startsWith(prefix)) {
      throw new IllegalStateException(run + " is not of the round " + prefix);
    }
    int note = notes.getAndIncrement();
    if (note >= index.length) {
      throw new IllegalStateException(run + " is more than was expected");
    }
    this.index[note] = Integer.parseInt(run.substring(prefix.length()));
    this.due[note] = micros(due);
    this.at[note] = now;
    return note + 1 == expected;
  }

  /**
   * A line for each execution: the run's number, when it was due and when executed, microseconds.
   */
  void write(Path file) throws IOException {
    int count = Math.min(notes.get(), index.length);
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file))) {
      for (int i = 0; i < count; i++) {
        lines.println(index[i] + " " + due[i] + " " + at[i]);
      }
    }
  }

  private static long micros(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
  }
}
