package dev.carillon.ticker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was made of each schedule's trigger and calendars, and whether it is dear to
 * evaluate, for as long as neither is edited: both raise the schedule's revision. For any number of
 * threads.
 */
final class CompiledFires {

  private static final int MOST_REMEMBERED = 20_000;

  private final Map<UUID, Compiled> compiled =
      new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Compiled> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /**
   * @param steps what the last plan of it cost
   */
  record Compiled(long revision, Occurrences occurrences, int steps) {}

  /** Null: not known, or of before an edit. */
  synchronized @Nullable Compiled of(PlanRow row) {
    Compiled known = compiled.get(row.schedule());
    return known == null || known.revision != row.revision() ? null : known;
  }

  synchronized void remember(PlanRow row, Occurrences occurrences, int steps) {
    compiled.put(row.schedule(), new Compiled(row.revision(), occurrences, steps));
  }
}
