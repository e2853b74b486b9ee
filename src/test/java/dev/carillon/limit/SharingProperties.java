package dev.carillon.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.limit.Candidate.Limit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SharingProperties {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final LimitKey JOB = LimitKey.ofJob("t", new UUID(1, 1));

  @Property(tries = 300)
  void givesNobodyTooManyAndLeavesNobodyOutWhoHasRoom(
      @ForAll long seed, @ForAll @IntRange(max = 40) int count) {
    Random random = new Random(seed);
    List<LimitKey> keys =
        List.of(
            JOB,
            LimitKey.ofTenant("t"),
            LimitKey.ofValue("t", "a"),
            LimitKey.ofValue("t", "b"),
            LimitKey.ofTenant("u"));
    Map<LimitKey, Integer> used = new HashMap<>();
    keys.forEach(key -> used.put(key, random.nextInt(3)));
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Limit> limits =
          keys.stream()
              .filter(key -> random.nextBoolean())
              .map(key -> new Limit(key, 1 + random.nextInt(6)))
              .toList();
      candidates.add(candidate(i, random.nextInt(5), random.nextInt(8) == 0, limits));
    }

    Sharing sharing = Sharing.of(used, candidates, new OldestsTurn(random));

    // Each is decided about once
    HashSet<Candidate> all = new HashSet<>(sharing.given());
    all.addAll(sharing.refused().keySet());
    assertEquals(count, all.size());
    assertEquals(count, sharing.given().size() + sharing.refused().size());
    // Whoever got places was within each of its limits when it got them
    Map<LimitKey, Integer> taken = new HashMap<>(used);
    for (Candidate given : sharing.given()) {
      for (Limit limit : given.limits()) {
        assertTrue(taken.merge(limit.key(), 1, Integer::sum) <= limit.most());
      }
    }
    // Whoever did not finds the limit full that it waits for
    sharing
        .refused()
        .forEach(
            (run, full) ->
                assertTrue(
                    run.limits().stream()
                        .anyMatch(l -> l.key().equals(full) && taken.get(full) >= l.most())));
  }

  @Example
  void givesSevenOfEightPlacesToTheMostUrgentAndOneToTheOldest() {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      candidates.add(candidate(i, i < 100 ? 4 : 0, false, List.of(new Limit(JOB, 80))));
    }

    List<Candidate> given =
        Sharing.of(Map.of(), candidates, new OldestsTurn(new Random(7))).given();

    assertEquals(80, given.size());
    List<Candidate> low = given.stream().filter(run -> run.priority() == 4).toList();
    assertEquals(candidates.subList(0, 10), low);
    for (int i = 0; i < 80; i += 8) {
      assertEquals(1, given.subList(i, i + 8).stream().filter(run -> run.priority() == 4).count());
    }
  }

  @Example
  void givesFirstToThoseForWhomPlacesAreKept() {
    Candidate urgent = candidate(0, 0, false, List.of(new Limit(JOB, 1)));
    Candidate kept = candidate(1, 4, true, List.of(new Limit(JOB, 1)));

    Sharing sharing = Sharing.of(Map.of(), List.of(urgent, kept), new OldestsTurn(new Random(1)));

    assertEquals(List.of(kept), sharing.given());
    assertEquals(Map.of(urgent, JOB), sharing.refused());
    assertEquals("job", JOB.heldBy());
    assertEquals("key:a", LimitKey.ofValue("t", "a").heldBy());
  }

  private static Candidate candidate(int number, int priority, boolean kept, List<Limit> limits) {
    return new Candidate(
        new UUID(0, number),
        "t",
        "default",
        priority,
        NOON.plusSeconds(number),
        null,
        0,
        kept,
        limits);
  }
}
