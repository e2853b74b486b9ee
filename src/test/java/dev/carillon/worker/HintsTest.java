package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.JobDue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HintsTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  private final AtomicInteger acknowledged = new AtomicInteger();
  private final Hints hints = new Hints(new Turns());

  @Test
  void takesTheOldestOnceInEightAndTheMostUrgentOtherwise() {
    // Given many low ones that are older than as many urgent ones
    List<JobDue> low = many(20, 4, NOON.minusSeconds(60));
    List<JobDue> urgent = many(20, 0, NOON);
    add(low);
    add(urgent);

    // When sixteen are taken, one by one
    List<JobDue> taken = IntStream.range(0, 16).mapToObj(i -> hints.take(1).get(0).due()).toList();

    // Then the eighth and the sixteenth are the oldest, the others the most urgent in their order
    List<JobDue> expected = new ArrayList<>(urgent.subList(0, 7));
    expected.add(low.get(0));
    expected.addAll(urgent.subList(7, 14));
    expected.add(low.get(1));
    assertEquals(expected, taken);
  }

  @Test
  void givesEachOnceHoweverItIsTaken() {
    List<JobDue> all = new ArrayList<>(many(30, 2, NOON));
    all.addAll(many(30, 1, NOON.plusSeconds(1)));
    add(all);
    add(all);

    List<UUID> taken = new ArrayList<>();
    while (!hints.isEmpty()) {
      List<Hints.Hint> some = hints.take(7);
      some.forEach(hint -> taken.add(hint.due().run()));
      Hints.tried(some);
    }

    assertEquals(60, taken.size());
    assertEquals(60, taken.stream().distinct().count());
    assertEquals(2, acknowledged.get());
    assertEquals(0, hints.size());
  }

  @Test
  void knowsWhenTheFirstOfThemIsDueWhicheverItsPriority() {
    assertEquals(Instant.MAX, hints.earliest());
    add(many(1, 0, NOON));
    add(many(1, 4, NOON.minusSeconds(1)));
    assertEquals(NOON.minusSeconds(1), hints.earliest());
    assertTrue(hints.take(2).size() == 2 && hints.isEmpty());
  }

  private void add(List<JobDue> due) {
    hints.add(
        new DueBatch() {
          @Override
          public List<JobDue> due() {
            return due;
          }

          @Override
          public void acknowledge() {
            acknowledged.incrementAndGet();
          }
        });
  }

  private static List<JobDue> many(int count, int priority, Instant from) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> new JobDue(UUID.randomUUID(), from.plusMillis(i), priority, "default", "default"))
        .toList();
  }
}
