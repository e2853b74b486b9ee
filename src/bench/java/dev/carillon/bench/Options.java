package dev.carillon.bench;

import dev.carillon.bench.contestant.DbSchedulerUnderTest;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be set by -D on Maven's command line. The profile {@code bench} in pom.xml passes them
 * on; what is not set has the value that stands here.
 *
 * @param quick the short form: the ratios that matter most, each from one round
 * @param n runs of W1
 * @param rounds of W1 and W2 that are counted; the medians are shown
 * @param only the workloads to play; NEXT, which needs no system, only when asked for
 * @param systems who plays W1, W2 and W4
 * @param slots of each of Carillon's processes in W1 and W4
 * @param w2Seconds how long a round of W2 lasts
 * @param w3Schedules how many schedules lie in wait in W3
 * @param w3Seconds how long idleness is measured in W3
 * @param w4Schedules how many schedules fire every second in W4
 * @param w4Seconds for how long their fires are counted
 * @param dbScheduler how db-scheduler is set up
 * @param quartzThreads and triggers in a batch
 * @param jobRunrWorkers threads of JobRunr
 * @param profile whether to show where each system's time goes; measuring that costs a little
 * @param carillonJvm more options for Carillon's JVMs
 */
record Options(
    boolean quick,
    int n,
    int rounds,
    Set<String> only,
    Set<String> systems,
    int slots,
    Duration w2Seconds,
    int w3Schedules,
    Duration w3Seconds,
    int w4Schedules,
    Duration w4Seconds,
    DbSchedulerUnderTest.Settings dbScheduler,
    int quartzThreads,
    int jobRunrWorkers,
    boolean profile,
    List<String> carillonJvm) {

  static Options ofProperties() {
    boolean quick = Boolean.parseBoolean(text("bench.quick", "false"));
    return new Options(
        quick,
        number("bench.n", 20_000),
        number("bench.rounds", quick ? 1 : 3),
        names(text("bench.only", quick ? "W1,W2,W4" : "W1,W2,W3,W4").toUpperCase(Locale.ROOT)),
        names(text("bench.systems", String.join(",", Systems.names()))),
        number("bench.slots", 2_000),
        Duration.ofSeconds(number("bench.w2.seconds", quick ? 10 : 15)),
        number("bench.w3.schedules", 1_000_000),
        Duration.ofSeconds(number("bench.w3.seconds", 30)),
        number("bench.w4.schedules", 1_000),
        Duration.ofSeconds(number("bench.w4.seconds", 30)),
        new DbSchedulerUnderTest.Settings(
            Double.parseDouble(text("bench.dbs.lower", "4.0")),
            Double.parseDouble(text("bench.dbs.upper", "20.0")),
            Duration.ofMillis(number("bench.dbs.poll", 100)),
            number("bench.dbs.pool", 20)),
        number("bench.quartz.threads", 25),
        number("bench.jobrunr.workers", 16),
        Boolean.parseBoolean(text("bench.profile", "false")),
        Arrays.stream(text("bench.jvm", "").split(" ")).filter(one -> !one.isBlank()).toList());
  }

  boolean plays(String workload) {
    return only.contains(workload);
  }

  /** Whether anything needs the server and the systems. */
  boolean playsSystems() {
    return only.stream().anyMatch(name -> name.startsWith("W"));
  }

  /** Of a workload's own choice, those that were asked for, in the order of the choice. */
  List<String> chosenFrom(List<String> names) {
    return names.stream().filter(systems::contains).toList();
  }

  private static Set<String> names(String list) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static int number(String name, int otherwise) {
    return Integer.parseInt(text(name, Integer.toString(otherwise)));
  }

  /** Maven passes a property that was set to nothing as an empty text. */
  private static String text(String name, String otherwise) {
    String value = System.getProperty(name, "").strip();
    return value.isEmpty() ? otherwise : value;
  }
}
