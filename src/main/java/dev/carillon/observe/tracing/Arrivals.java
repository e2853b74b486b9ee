package dev.carillon.observe.tracing;

import dev.carillon.broker.JobDue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Due events that came to this process and whose attempt has not begun. Kept here and not with the
 * worker's hints, which carry nothing of traces when nobody collects them. Of runs that another
 * worker took nothing more is heard, so the oldest are forgotten.
 */
final class Arrivals {

  /** Many times what a worker reads ahead. */
  private static final int MOST = 20_000;

  private final Map<UUID, JobDue> waiting =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, JobDue> eldest) {
          return size() > MOST;
        }
      };

  synchronized void add(Iterable<JobDue> due) {
    for (JobDue one : due) {
      if (one.traceparent() != null) {
        waiting.put(one.run(), one);
      }
    }
  }

  /** The last one of the run; null: none came, or it was taken. */
  synchronized @Nullable JobDue take(UUID run) {
    return waiting.remove(run);
  }
}
