package dev.carillon.ticker;

import dev.carillon.time.Fires;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was made of each schedule's trigger, and whether it is dear to evaluate, for as
 * long as the schedule is not edited. For any number of threads.
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
  record Compiled(long revision, Fires fires, int steps) {}

  /** Null: not known, or of before an edit. */
  synchronized @Nullable Compiled of(PlanRow row) {
    Compiled known = compiled.get(row.schedule());
    return known == null || known.revision != row.revision() ? null : known;
  }

  synchronized void remember(PlanRow row, Fires fires, int steps) {
    compiled.put(row.schedule(), new Compiled(row.revision(), fires, steps));
  }
}
