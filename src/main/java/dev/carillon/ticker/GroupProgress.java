package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets groups go on. What has become of their runs is written down by a trigger, in the transaction
 * that ends them, so that no end is overlooked whoever ended the run; who changes a group writes
 * into the same table. One process takes what stands there, by the ticker's lease:
 *
 * <pre>
 * a run ends, a group is changed ──► group_ends ──► {@link GroupStep}: counted
 *                                                     ├──► none is open: the group ends, with its event
 *                                                     ├──► the group stops: the rest is cancelled
 *                                                     └──► there is room: the next are let go
 * a waiting run comes to its time ──────────────────► the same
 * </pre>
 *
 * <p>A notice that is lost costs a quarter of a second: while groups go on it is looked for
 * without. Whatever stands in a table is found by the next leader. Lives on the ticker's context.
 */
final class GroupProgress {

  private static final Logger LOG = Logger.getLogger(GroupProgress.class);

  /** Runs that come to their time are looked for so often, well ahead. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  private static final Duration WHILE_GROUPS_LIVE = Duration.ofMillis(250);

  /** Somebody else has a group or a run of it locked: mostly for the length of one statement. */
  private static final Duration AGAIN = Duration.ofMillis(10);

  /** Whoever came to wait lately is looked at again: a clock may be off, a commit late. */
  private static final Duration BEHIND = GroupStep.AHEAD.plusSeconds(5);

  private static final int MOST_GROUPS = 2_000;

  private final Pg pg;
  private final InstantSource clock;
  private final Lease lease;
  private final Notices notices;
  private final GroupStep step;
  private final AdmissionBatches batches = new AdmissionBatches(System::nanoTime);
  private final Consumer<List<JobDue>> released;
  private final Loop loop;

  /** Groups that were not done with. */
  private Set<UUID> again = new HashSet<>();

  private boolean moved;
  private boolean living;
  private long looked;
  private @Nullable Instant lookedUntil;
  private long ledEpoch = -1;

  /**
   * @param released told of the runs that have been let go
   */
  GroupProgress(
      Pg pg,
      Notices notices,
      InstantSource clock,
      Lease lease,
      Vertx vertx,
      Context context,
      Consumer<List<JobDue>> released) {
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.lease = lease;
    this.step = new GroupStep(pg);
    this.released = released;
    this.loop = new Loop("let groups go on", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /** Something has become of a group, or there is a new leader. From any thread. */
  void changed() {
    loop.wake();
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    Instant now = clock.instant();
    if (held == null || !DatabaseClock.isSteady(clock)) {
      forget();
      return Uni.createFrom().item(EVERY);
    }
    if (held.epoch() != ledEpoch) {
      forget();
      ledEpoch = held.epoch();
    }
    Map<UUID, Long> groups = new LinkedHashMap<>();
    again.forEach(group -> groups.put(group, 1L));
    again = new HashSet<>();
    moved = false;
    return coming(now)
        .invoke(coming -> coming.forEach(group -> groups.put(group, 1L)))
        .chain(coming -> pg.asEngine(GroupProgressSql.CHANGED, Tuple.of(MOST_GROUPS)))
        .invoke(rows -> ids(rows).forEach(group -> groups.put(group, 1L)))
        .invoke(rows -> batches.begin(groups))
        .chain(rows -> goOn(held))
        .map(done -> rest())
        .onFailure()
        // What was taken out to be done is found by a look at all that go on.
        .invoke(failure -> lookedUntil = null);
  }

  private void forget() {
    again.clear();
    batches.forget();
    lookedUntil = null;
    living = false;
    ledEpoch = -1;
  }

  /** Groups of which a run comes to its time; of a new leader, all that go on. */
  private Uni<Set<UUID>> coming(Instant now) {
    Instant after = lookedUntil;
    if (after == null) {
      lookedUntil = now.plus(GroupStep.AHEAD);
      looked = System.nanoTime();
      return pg.asEngine(GroupProgressSql.LIVING, Tuple.tuple())
          .map(GroupProgress::ids)
          .invoke(ids -> living = !ids.isEmpty());
    }
    if (System.nanoTime() - looked < EVERY.toNanos()) {
      return Uni.createFrom().item(Set.of());
    }
    Instant until = now.plus(GroupStep.AHEAD);
    looked = System.nanoTime();
    lookedUntil = until;
    return pg.asEngine(GroupProgressSql.COMING, Tuple.of(utc(after.minus(BEHIND)), utc(until)))
        .invoke(rows -> living = rows.iterator().next().getBoolean("living"))
        .map(GroupProgress::ids);
  }

  private Uni<Void> goOn(Lease.Held held) {
    if (batches.isEmpty() || !held.equals(lease.held())) {
      return Uni.createFrom().voidItem();
    }
    List<UUID> batch = batches.next();
    return step.goOn(held, batch, clock.instant())
        .invoke(this::tell)
        .replaceWithVoid()
        .onFailure()
        .recoverWithUni(failure -> failed(failure, batch))
        .chain(done -> goOn(held));
  }

  private void tell(GroupStep.Done done) {
    living = true;
    released.accept(done.released());
    done.stop().forEach(run -> notices.send(Notices.Channel.CANCEL, run.toString()));
    again.addAll(done.again());
    moved |= done.moved();
  }

  /** Either nobody's fault, or that of one group, which the others are not to wait for. */
  private Uni<Void> failed(Throwable failure, List<UUID> batch) {
    if (!Admission.isOfOne(failure)) {
      return Uni.createFrom().failure(failure);
    }
    if (batch.size() > 1) {
      batches.halve(batch);
    } else {
      batches.setAside(batch.get(0));
      LOG.warnf(
          "group=%s: could not go on (%s); its runs wait, trying again in %d s",
          batch.get(0), failure, AdmissionBatches.ASIDE.toSeconds());
      LOG.debugf(failure, "group=%s could not go on", batch.get(0));
    }
    return Uni.createFrom().voidItem();
  }

  private Duration rest() {
    if (!again.isEmpty()) {
      return moved ? Duration.ofMillis(1) : AGAIN;
    }
    return living ? WHILE_GROUPS_LIVE : EVERY;
  }

  private static Set<UUID> ids(RowSet<Row> rows) {
    Set<UUID> ids = new LinkedHashSet<>();
    for (Row row : rows) {
      UUID id = row.getUUID("group_id");
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
