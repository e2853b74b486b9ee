package dev.carillon.worker;

import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which queues to look into: those that this worker serves, or, when it serves all, those that
 * exist.
 */
final class QueueNames {

  private static final long REFRESH_NANOS = 1_000_000_000L;

  private final Pg pg;
  private final boolean all;
  private final Set<String> names = new TreeSet<>();
  private long refreshed;
  private boolean read;

  QueueNames(Pg pg, Set<String> served) {
    this.pg = pg;
    this.all = served.isEmpty();
    names.addAll(served);
  }

  /** At most a second old. */
  Uni<String[]> current() {
    if (!all || read && System.nanoTime() - refreshed < REFRESH_NANOS) {
      return Uni.createFrom().item(names.toArray(String[]::new));
    }
    return pg.asEngine(ClaimSql.QUEUE_NAMES, Tuple.tuple())
        .map(
            rows -> {
              names.clear();
              rows.forEach(row -> names.add(row.getString(0)));
              refreshed = System.nanoTime();
              read = true;
              return names.toArray(String[]::new);
            });
  }
}
