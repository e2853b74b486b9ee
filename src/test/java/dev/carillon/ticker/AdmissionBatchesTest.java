package dev.carillon.ticker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionBatchesTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final AdmissionBatches batches = new AdmissionBatches(nanos::get);

  @Test
  void takesNoMoreSchedulesThanATransactionTakes() {
    batches.begin(waiting(450, 1));

    assertEquals(List.of(200, 200, 50), sizes());
  }

  @Test
  void takesNoMoreRowsThanATransactionTakesButAtLeastOneSchedule() {
    batches.begin(waiting(10, 6_000));
    assertEquals(List.of(3, 3, 3, 1), sizes());

    batches.begin(waiting(3, 100_000));
    assertEquals(List.of(1, 1, 1), sizes());
  }

  @Test
  void halvesUntilOneIsLeftAndSetsItAsideForAWhile() {
    Map<UUID, Long> eight = waiting(8, 1);
    UUID bad = new UUID(0, 5);
    List<UUID> done = new ArrayList<>();

    batches.begin(eight);
    int tries = 0;
    while (!batches.isEmpty()) {
      tries++;
      List<UUID> batch = batches.next();
      if (!batch.contains(bad)) {
        done.addAll(batch);
      } else if (batch.size() > 1) {
        batches.halve(batch);
      } else {
        batches.setAside(bad);
      }
    }

    assertEquals(7, done.size());
    assertEquals(7, tries);
    batches.begin(eight);
    assertEquals(List.of(7), sizes());
    nanos.addAndGet(AdmissionBatches.ASIDE.toNanos() - 1);
    batches.begin(eight);
    assertEquals(List.of(7), sizes());
    nanos.incrementAndGet();
    batches.begin(eight);
    assertTrue(batches.next().contains(bad));
  }

  private static Map<UUID, Long> waiting(int schedules, long each) {
    Map<UUID, Long> waiting = new LinkedHashMap<>();
    for (int i = 0; i < schedules; i++) {
      waiting.put(new UUID(0, i), each);
    }
    return waiting;
  }

  private List<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    while (!batches.isEmpty()) {
      sizes.add(batches.next().size());
    }
    return sizes;
  }
}
