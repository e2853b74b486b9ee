package dev.carillon.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What the harness and a scheduler's JVM say to each other, a line each, on standard input and
 * output:
 *
 * <pre>
 *                                 bench: ready
 * expect ROUND COUNT              bench: expecting        a round of COUNT runs comes
 *                                 bench: executed         all of them were
 * beat ROUND SCHEDULES FIRST      bench: expecting        schedules were made, each fires every second from FIRST (epoch ms)
 * report FILE                     bench: reported         what was executed is in the file
 * </pre>
 */
public final class Conversation {

  /** In front of every answer; all other lines are the scheduler's own words. */
  public static final String ANSWER = "bench: ";

  public static final String READY = ANSWER + "ready";
  public static final String EXPECTING = ANSWER + "expecting";
  public static final String EXECUTED = ANSWER + "executed";
  public static final String REPORTED = ANSWER + "reported";

  /** Room for two minutes of fires, which nobody waits for. */
  private static final int SECONDS_OF_FIRES = 120;

  private volatile Diary diary = new Diary("none", 0, 0);

  /** A scheduler that can fire every second. */
  @FunctionalInterface
  interface Beats {
    /**
     * @param run what the fires of the schedule of a number are noted as
     */
    void schedule(String run, Instant first) throws Exception;
  }

  /** Called by the handler, first of all. */
  void note(String run, Instant due) {
    if (diary.note(run, due)) {
      System.out.println(EXECUTED);
    }
  }

  /** Until standard input ends. */
  void hold(Beats beats) throws Exception {
    System.out.println(READY);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      obey(line.split(" "), beats);
    }
  }

  private void obey(String[] words, Beats beats) throws Exception {
    switch (words[0]) {
      case "expect" -> {
        int count = Integer.parseInt(words[2]);
        diary = new Diary(words[1], count, 2 * count);
        System.out.println(EXPECTING);
      }
      case "beat" -> {
        int schedules = Integer.parseInt(words[2]);
        Instant first = Instant.ofEpochMilli(Long.parseLong(words[3]));
        diary = new Diary(words[1], Integer.MAX_VALUE, schedules * SECONDS_OF_FIRES);
        for (int i = 0; i < schedules; i++) {
          beats.schedule(words[1] + "-" + i, first);
        }
        System.out.println(EXPECTING);
      }
      case "report" -> report(Path.of(words[1]));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private void report(Path file) throws IOException {
    diary.write(file);
    System.out.println(REPORTED);
  }
}
