package dev.carillon.event;

import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Pauses schedules of which too many runs failed in a row ({@code pauseAfterFailures}). That it is
 * to be done stands in the counts until it is done, so neither a crash nor a takeover forgets it.
 * The limit is looked at when a run ends: lowering it below what has failed so far pauses at the
 * next end.
 */
final class FailurePauses {

  private static final Logger LOG = Logger.getLogger(FailurePauses.class);

  private final Pg pg;
  private final InstantSource clock;
  private final Set<UUID> pending = new LinkedHashSet<>();

  /** Those of which was told already that they could not be paused. */
  private final Set<UUID> failing = new HashSet<>();

  FailurePauses(Pg pg, InstantSource clock) {
    this.pg = pg;
    this.clock = clock;
  }

  /** What a former leader may have left. */
  Uni<Void> takeOver() {
    pending.clear();
    failing.clear();
    return pg.asEngine(PauseSql.PENDING, Tuple.tuple())
        .invoke(rows -> rows.forEach(row -> pending.add(row.getUUID("id"))))
        .replaceWithVoid();
  }

  void add(UUID[] schedules) {
    pending.addAll(Arrays.asList(schedules));
  }

  /**
   * Pauses them; what cannot be paused now, since somebody edits it or the database is away, is
   * tried again with the next round, and holds up no other. Never fails.
   */
  Uni<Void> pauseAll(Lease.Held held) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (UUID schedule : List.copyOf(pending)) {
      all =
          all.chain(() -> pause(held, schedule))
              .onFailure()
              .invoke(failure -> tell(schedule, failure))
              .onFailure()
              .recoverWithNull();
    }
    return all;
  }

  private void tell(UUID schedule, Throwable failure) {
    if (failing.add(schedule)) {
      LOG.warnf(
          "schedule=%s could not be paused after its failures (%s); trying again",
          schedule, failure.getMessage());
    }
  }

  private Uni<Void> pause(Lease.Held held, UUID schedule) {
    return pg.inEngineTransaction(
            statements ->
                statements
                    .query(
                        PauseSql.LOCK, Tuple.of(held.name(), held.holder(), held.epoch(), schedule))
                    .map(rows -> rows.iterator().next())
                    .chain(
                        clock ->
                            clock.getBoolean("locked")
                                ? pause(statements, schedule)
                                : Uni.createFrom().item(clock.getBoolean("gone"))))
        .invoke(done -> forget(schedule, done))
        .replaceWithVoid();
  }

  private Uni<Boolean> pause(Statements statements, UUID schedule) {
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    return statements.query(PauseSql.PAUSE, Tuple.of(schedule, now)).replaceWith(true);
  }

  private void forget(UUID schedule, boolean done) {
    if (done) {
      pending.remove(schedule);
      failing.remove(schedule);
    }
  }
}
