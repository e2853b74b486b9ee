package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.schedule.Overlap.Living;
import dev.carillon.schedule.Overlap.Waiting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of runs that may not run beside each other: every policy in every state. */
class OverlapTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /**
   * Living: {@code R} is running, {@code A} is running and was asked to stop, {@code Q} is queued
   * or waits for another try. Waiting: policies, in the order of their due instants, numbered from
   * 1; {@code +} says that a backfill made it.
   */
  @ParameterizedTest(name = "{0} | {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // living | waiting                      | start | skip | end | ask
        "-  | ALLOW_ALL                          | 1     | -    | -   | -",
        "-  | SKIP                               | 1     | -    | -   | -",
        "-  | BUFFER_ONE                         | 1     | -    | -   | -",
        "-  | BUFFER_ALL                         | 1     | -    | -   | -",
        "-  | CANCEL_OTHER                       | 1     | -    | -   | -",
        "-  | TERMINATE_OTHER                    | 1     | -    | -   | -",
        "R  | ALLOW_ALL                          | 1     | -    | -   | -",
        "R  | SKIP                               | -     | 1    | -   | -",
        "Q  | SKIP                               | -     | 1    | -   | -",
        "A  | SKIP                               | -     | 1    | -   | -",
        "R  | BUFFER_ONE                         | -     | -    | -   | -",
        "Q  | BUFFER_ONE                         | -     | -    | -   | -",
        "R  | BUFFER_ALL                         | -     | -    | -   | -",
        "Q  | BUFFER_ALL                         | -     | -    | -   | -",
        "R  | CANCEL_OTHER                       | -     | -    | -   | R",
        "A  | CANCEL_OTHER                       | -     | -    | -   | -",
        "Q  | CANCEL_OTHER                       | 1     | -    | Q   | -",
        "RQ | CANCEL_OTHER                       | -     | -    | Q   | R",
        "R  | TERMINATE_OTHER                    | 1     | -    | R   | -",
        "A  | TERMINATE_OTHER                    | 1     | -    | A   | -",
        "Q  | TERMINATE_OTHER                    | 1     | -    | Q   | -",
        "RAQ| TERMINATE_OTHER                    | 1     | -    | AQR | -",
        // Several whose time has come at once, as after an outage.
        "-  | SKIP SKIP SKIP                     | 1     | 23   | -   | -",
        "-  | BUFFER_ONE BUFFER_ONE BUFFER_ONE   | 1     | 3    | -   | -",
        "R  | BUFFER_ONE BUFFER_ONE BUFFER_ONE   | -     | 23   | -   | -",
        "-  | BUFFER_ALL BUFFER_ALL BUFFER_ALL   | 1     | -    | -   | -",
        "R  | BUFFER_ALL BUFFER_ALL BUFFER_ALL   | -     | -    | -   | -",
        "-  | CANCEL_OTHER CANCEL_OTHER          | 2     | 1    | -   | -",
        "R  | CANCEL_OTHER CANCEL_OTHER          | -     | 1    | -   | R",
        "A  | CANCEL_OTHER CANCEL_OTHER          | -     | 1    | -   | -",
        "-  | TERMINATE_OTHER TERMINATE_OTHER    | 2     | 1    | -   | -",
        "R  | TERMINATE_OTHER TERMINATE_OTHER    | 2     | 1    | R   | -",
        // Triggers by hand choose for themselves.
        "R  | BUFFER_ALL SKIP                    | -     | 2    | -   | -",
        "R  | BUFFER_ALL BUFFER_ONE              | -     | 2    | -   | -",
        "R  | BUFFER_ONE BUFFER_ALL              | -     | -    | -   | -",
        "R  | BUFFER_ALL BUFFER_ALL CANCEL_OTHER | -     | 12   | -   | R",
        "R  | CANCEL_OTHER BUFFER_ALL            | -     | -    | -   | R",
        "R  | CANCEL_OTHER TERMINATE_OTHER       | 2     | 1    | R   | -",
        "R  | BUFFER_ALL ALLOW_ALL               | 2     | -    | -   | -",
        // A backfill's (+) wait behind all others, and are no reason to skip these or to wait.
        "-  | +BUFFER_ALL +BUFFER_ALL SKIP       | 3     | -    | -   | -",
        "R  | +BUFFER_ALL +BUFFER_ALL SKIP       | -     | 3    | -   | -",
        "-  | +BUFFER_ALL +BUFFER_ALL            | 1     | -    | -   | -",
        "-  | +BUFFER_ALL BUFFER_ALL BUFFER_ALL  | 2     | -    | -   | -",
        "R  | +BUFFER_ALL +BUFFER_ALL BUFFER_ONE | -     | -    | -   | -",
        "-  | +BUFFER_ALL BUFFER_ONE BUFFER_ONE  | 2     | -    | -   | -",
        "R  | +BUFFER_ONE BUFFER_ONE             | -     | -    | -   | -",
        "R  | +BUFFER_ONE +BUFFER_ONE BUFFER_ONE | -     | 2    | -   | -",
        "R  | +BUFFER_ALL +BUFFER_ALL CANCEL_OTHER    | - | -   | -   | R",
        "-  | +BUFFER_ALL +BUFFER_ALL CANCEL_OTHER    | 3 | -   | -   | -",
        "R  | +BUFFER_ALL +BUFFER_ALL TERMINATE_OTHER | 3 | -   | R   | -",
        "-  | +SKIP BUFFER_ALL                   | 2     | 1    | -   | -",
        "R  | +CANCEL_OTHER +CANCEL_OTHER        | -     | 1    | -   | R",
        "R  | BUFFER_ALL +TERMINATE_OTHER        | 2     | 1    | R   | -",
        "-  | -                                  | -     | -    | -   | -",
        "R  | -                                  | -     | -    | -   | -"
      })
  void decides(String living, String waiting, String start, String skip, String end, String ask) {
    Overlap decided = Overlap.of(living(living), waiting(waiting));

    assertEquals(
        text(start) + " | " + text(skip) + " | " + text(end) + " | " + text(ask),
        names(decided.start())
            + " | "
            + names(decided.skip())
            + " | "
            + names(decided.end())
            + " | "
            + names(decided.ask()));
  }

  @Test
  void cancelsWhoLivedWhenItCameAndNotWhoWasStartedBesideItSince() {
    Living before = new Living(id('R'), NOON, true, true);
    Living beside = new Living(id('S'), NOON.plusSeconds(2), true, false);
    Waiting waiting = new Waiting(id('1'), NOON.plusSeconds(1), OverlapPolicy.CANCEL_OTHER);

    assertTrue(Overlap.of(List.of(before, beside), List.of(waiting)).isNothing());
  }

  @Test
  void letsAThousandWaitAndSkipsWhatExceedsThem() {
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 0; i < Overlap.MOST_WAITING + 3; i++) {
      waiting.add(new Waiting(new UUID(1, i), NOON.plusSeconds(i), OverlapPolicy.BUFFER_ALL));
    }

    Overlap decided = Overlap.of(living("R"), waiting);

    assertEquals(
        Set.of(new UUID(1, 1_000), new UUID(1, 1_001), new UUID(1, 1_002)), decided.skip());
    assertTrue(decided.start().isEmpty());
  }

  /** A person asked for these, and how many they are was said before. */
  @Test
  void dropsNothingOfABackfillNorAFireForItsSake() {
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 0; i < Overlap.MOST_WAITING + 3; i++) {
      waiting.add(new Waiting(new UUID(1, i), NOON.plusSeconds(i), OverlapPolicy.BUFFER_ALL, true));
    }
    waiting.add(new Waiting(new UUID(2, 0), NOON.plusSeconds(9_999), OverlapPolicy.BUFFER_ALL));

    assertTrue(Overlap.of(living("R"), waiting).isNothing());
  }

  /**
   * Ids of fires that were put off by jitter, or backfilled, are not in the order of their dues.
   */
  @Test
  void letsThemHaveTheirTurnInTheOrderOfTheirDueInstants() {
    Waiting late = new Waiting(id('1'), NOON.plusSeconds(9), OverlapPolicy.BUFFER_ALL);
    Waiting early = new Waiting(id('2'), NOON, OverlapPolicy.BUFFER_ALL);

    assertEquals(Set.of(early.run()), Overlap.of(List.of(), List.of(late, early)).start());
  }

  /** Deciding again, with nothing changed but what was decided, finds nothing more to do. */
  @ParameterizedTest
  @EnumSource(OverlapPolicy.class)
  void isDoneAfterOneDecision(OverlapPolicy usual) {
    Random random = new Random(6);
    OverlapPolicy[] all = OverlapPolicy.values();
    for (int round = 0; round < 2_000; round++) {
      List<Living> living = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        boolean running = random.nextBoolean();
        living.add(
            new Living(
                new UUID(2, i), NOON.minusSeconds(i), running, running && random.nextBoolean()));
      }
      List<Waiting> waiting = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        OverlapPolicy policy = random.nextInt(4) == 0 ? all[random.nextInt(6)] : usual;
        Instant due = NOON.plusSeconds(random.nextInt(4));
        waiting.add(new Waiting(new UUID(3, i), due, policy, random.nextInt(3) == 0));
      }

      Overlap first = Overlap.of(living, waiting);
      Overlap second = Overlap.of(after(first, living, waiting), left(first, waiting));

      assertTrue(second.isNothing(), living + " " + waiting + " " + first + " " + second);
      List<Living> then = after(first, living, waiting);
      boolean beside = waiting.stream().anyMatch(one -> one.policy() == OverlapPolicy.ALLOW_ALL);
      if (!beside && living.size() <= 1) {
        assertTrue(then.size() <= 1, "two have the place: " + then);
      }
      if (!left(first, waiting).isEmpty()) {
        assertTrue(!then.isEmpty(), "one waits for nobody: " + first);
      }
    }
  }

  private static List<Living> after(Overlap decided, List<Living> living, List<Waiting> waiting) {
    List<Living> after = new ArrayList<>();
    for (Living one : living) {
      if (!decided.end().contains(one.run())) {
        after.add(
            new Living(
                one.run(),
                one.due(),
                one.running(),
                one.asked() || decided.ask().contains(one.run())));
      }
    }
    for (Waiting one : waiting) {
      if (decided.start().contains(one.run())) {
        after.add(new Living(one.run(), one.due(), true, false));
      }
    }
    return after;
  }

  private static List<Waiting> left(Overlap decided, List<Waiting> waiting) {
    return waiting.stream()
        .filter(one -> !decided.start().contains(one.run()) && !decided.skip().contains(one.run()))
        .toList();
  }

  private static List<Living> living(String letters) {
    List<Living> living = new ArrayList<>();
    for (char letter : text(letters).toCharArray()) {
      living.add(new Living(id(letter), NOON.minusSeconds(60), letter != 'Q', letter == 'A'));
    }
    return living;
  }

  private static List<Waiting> waiting(String policies) {
    if (policies == null) {
      return List.of();
    }
    List<String> words = Arrays.asList(policies.trim().split(" +"));
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      boolean wanted = words.get(i).startsWith("+");
      OverlapPolicy policy = OverlapPolicy.valueOf(words.get(i).substring(wanted ? 1 : 0));
      waiting.add(new Waiting(id((char) ('1' + i)), NOON.plusSeconds(i), policy, wanted));
    }
    return waiting;
  }

  private static UUID id(char letter) {
    return new UUID(0, letter);
  }

  private static String names(Set<UUID> runs) {
    return new TreeSet<>(runs)
        .stream()
            .map(run -> String.valueOf((char) run.getLeastSignificantBits()))
            .collect(Collectors.joining());
  }

  private static String text(String cell) {
    return cell == null ? "" : cell.trim();
  }
}
