package dev.carillon.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be set by -D on Maven's command line; the profile {@code bench} in pom.xml has the
 * defaults.
 *
 * @param n runs of W1
 * @param rounds of W1 and W2 that are counted; the medians are shown
 * @param only the workloads to play
 * @param systems which of the two play W1 and W2
 * @param slots of Carillon in W1
 * @param w2Seconds how long W2 lasts
 * @param w3Schedules how many schedules lie in wait in W3
 * @param w3Seconds how long idleness is measured in W3
 * @param lower the first parameter of db-scheduler's pollUsingLockAndFetch
 * @param upper the second
 * @param poll db-scheduler's polling interval
 * @param pool db-scheduler's connections
 * @param profile whether to show what each system's statements took; measuring that costs a little
 * @param carillonJvm more options for Carillon's JVM, to profile it
 */
record Options(
    int n,
    int rounds,
    Set<String> only,
    Set<String> systems,
    int slots,
    Duration w2Seconds,
    int w3Schedules,
    Duration w3Seconds,
    double lower,
    double upper,
    Duration poll,
    int pool,
    boolean profile,
    List<String> carillonJvm) {

  static Options ofProperties() {
    return new Options(
        Integer.getInteger("bench.n", 20_000),
        Integer.getInteger("bench.rounds", 3),
        names(text("bench.only", "W1,W2,W3").toUpperCase(Locale.ROOT)),
        names(text("bench.systems", CarillonUnderTest.NAME + "," + DbSchedulerUnderTest.NAME)),
        Integer.getInteger("bench.slots", 1_000),
        Duration.ofSeconds(Long.getLong("bench.w2.seconds", 30)),
        Integer.getInteger("bench.w3.schedules", 1_000_000),
        Duration.ofSeconds(Long.getLong("bench.w3.seconds", 30)),
        Double.parseDouble(text("bench.dbs.lower", "4.0")),
        Double.parseDouble(text("bench.dbs.upper", "20.0")),
        Duration.ofMillis(Long.getLong("bench.dbs.poll", 100)),
        Integer.getInteger("bench.dbs.pool", 20),
        Boolean.getBoolean("bench.profile"),
        Arrays.stream(text("bench.jvm", "").split(" ")).filter(one -> !one.isBlank()).toList());
  }

  boolean plays(String workload) {
    return only.contains(workload);
  }

  boolean measures(String system) {
    return systems.contains(system);
  }

  private static Set<String> names(String list) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Maven passes a property that was set to nothing as an empty text. */
  private static String text(String name, String otherwise) {
    String value = System.getProperty(name, "").strip();
    return value.isEmpty() ? otherwise : value;
  }
}
