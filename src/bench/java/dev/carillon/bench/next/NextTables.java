package dev.carillon.bench.next;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Lets JMH measure all contestants in one run, and sets their figures side by side. */
public final class NextTables {

  /** As in {@code -Dbench.only}. */
  public static final String NAME = "NEXT";

  private NextTables() {}

  /**
   * @param quick for a look at whether it runs: too short to believe
   * @return the rows of the tables for cron and for RRULE, the first of each the head
   */
  public static List<List<List<String>>> measure(boolean quick) {
    Collection<RunResult> results;
    try {
      results =
          new Runner(
                  new OptionsBuilder()
                      .include(CronNext.class.getName())
                      .include(RruleNext.class.getName())
                      .mode(Mode.AverageTime)
                      .timeUnit(TimeUnit.NANOSECONDS)
                      .forks(1)
                      .warmupIterations(quick ? 1 : 3)
                      .warmupTime(TimeValue.milliseconds(quick ? 100 : 300))
                      .measurementIterations(quick ? 1 : 5)
                      .measurementTime(TimeValue.milliseconds(quick ? 100 : 300))
                      .jvmArgsAppend("-Xmx512m")
                      .shouldFailOnError(true)
                      .verbosity(VerboseMode.SILENT)
                      .build())
              .run();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH could not measure", e);
    }
    return List.of(
        rows(results, CronNext.class, CronPattern.values(), CronContestant.values()),
        rows(results, RruleNext.class, RrulePattern.values(), RruleContestant.values()));
  }

  /** The first contestant is ours; the others show their multiple of its time too. */
  private static List<List<String>> rows(
      Collection<RunResult> results,
      Class<?> benchmark,
      Enum<?>[] patterns,
      Enum<?>[] contestants) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("pattern", "asked"));
    Arrays.stream(contestants).forEach(one -> head.add(words(one) + " ns"));
    head.add("fastest other");
    rows.add(head);
    for (Enum<?> pattern : patterns) {
      for (String way : List.of("random", "walk")) {
        List<String> row = new ArrayList<>(List.of(words(pattern), way));
        double ours = 0;
        double fastest = Double.MAX_VALUE;
        for (Enum<?> contestant : contestants) {
          double score = score(results, benchmark.getName() + "." + way, pattern, contestant);
          if (contestant.ordinal() == 0) {
            ours = score;
            row.add(String.format(Locale.ROOT, "%,.0f", score));
          } else {
            fastest = Math.min(fastest, score);
            row.add(String.format(Locale.ROOT, "%,.0f (%.1f×)", score, score / ours));
          }
        }
        row.add(String.format(Locale.ROOT, "%.1f×", fastest / ours));
        rows.add(row);
      }
    }
    return rows;
  }

  private static double score(
      Collection<RunResult> results, String benchmark, Enum<?> pattern, Enum<?> contestant) {
    return results.stream()
        .filter(result -> result.getParams().getBenchmark().equals(benchmark))
        .filter(result -> pattern.name().equals(parameter(result, "pattern")))
        .filter(result -> contestant.name().equals(parameter(result, "contestant")))
        .mapToDouble(result -> result.getPrimaryResult().getScore())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(benchmark + " was not measured"));
  }

  private static @Nullable String parameter(RunResult result, String name) {
    return result.getParams().getParam(name);
  }

  private static String words(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
