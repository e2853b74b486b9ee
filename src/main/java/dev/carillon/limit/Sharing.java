package dev.carillon.limit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Who gets places. One after the other is asked: those for whom places are kept, then the most
 * urgent by priority and age, and at the oldest's turn the oldest. Whoever finds room under all of
 * its limits takes a place of each; whoever does not takes none and waits for the first that is
 * full, so that nobody keeps a place without using it.
 *
 * @param given in the order in which they were chosen
 * @param refused and which limit was full
 */
record Sharing(List<Candidate> given, Map<Candidate, LimitKey> refused) {

  private static final Comparator<Candidate> AGE =
      Comparator.comparing(Candidate::due).thenComparing(Candidate::run);
  private static final Comparator<Candidate> URGENCY =
      Comparator.comparingInt(Candidate::priority).thenComparing(AGE);

  /**
   * @param used how many places of each limit are taken, without those that are kept for candidates
   */
  static Sharing of(
      Map<LimitKey, Integer> used, Collection<Candidate> candidates, OldestsTurn turn) {
    Deciding deciding = new Deciding(used);
    TreeSet<Candidate> byUrgency = new TreeSet<>(URGENCY);
    TreeSet<Candidate> byAge = new TreeSet<>(AGE);
    for (Candidate candidate : candidates) {
      if (candidate.kept()) {
        deciding.decide(candidate);
      } else {
        byUrgency.add(candidate);
        byAge.add(candidate);
      }
    }
    while (!byAge.isEmpty()) {
      Candidate next = turn.isNow() ? byAge.first() : byUrgency.first();
      byAge.remove(next);
      byUrgency.remove(next);
      if (deciding.decide(next)) {
        turn.passed();
      }
    }
    return new Sharing(deciding.given, deciding.refused);
  }

  private static final class Deciding {

    private final Map<LimitKey, Integer> used;
    private final List<Candidate> given = new ArrayList<>();
    private final Map<Candidate, LimitKey> refused = new LinkedHashMap<>();

    Deciding(Map<LimitKey, Integer> used) {
      this.used = new HashMap<>(used);
    }

    boolean decide(Candidate candidate) {
      for (Candidate.Limit limit : candidate.limits()) {
        if (used.getOrDefault(limit.key(), 0) >= limit.most()) {
          refused.put(candidate, limit.key());
          return false;
        }
      }
      candidate.limits().forEach(limit -> used.merge(limit.key(), 1, Integer::sum));
      given.add(candidate);
      return true;
    }
  }
}
