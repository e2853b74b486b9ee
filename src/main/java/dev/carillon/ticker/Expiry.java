package dev.carillon.ticker;

import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Ends runs as MISSED that have not started by their time: those of a schedule with a window, and
 * those that were asked for with {@code expiresAt}, also while their group lets them wait. A run
 * that has started once may be tried again whenever that is.
 */
final class Expiry {

  /** Also when nothing was known to expire: what was asked for meanwhile may. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Somebody else has a row locked: mostly for the length of one statement. */
  private static final Duration AGAIN = Duration.ofMillis(20);

  private static final int MOST_AT_ONCE = 500;

  private final Pg pg;
  private final InstantSource clock;
  private final Lease lease;
  private final Consumer<Collection<UUID>> freed;
  private final Runnable rearmed;
  private final Loop loop;

  /**
   * @param freed told of schedules among whose runs a place was freed
   * @param rearmed told when schedules have another next fire
   */
  Expiry(
      Pg pg,
      InstantSource clock,
      Lease lease,
      Vertx vertx,
      Context context,
      Consumer<Collection<UUID>> freed,
      Runnable rearmed) {
    this.pg = pg;
    this.clock = clock;
    this.lease = lease;
    this.freed = freed;
    this.rearmed = rearmed;
    this.loop = new Loop("end expired runs", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  private Uni<Duration> step() {
    Instant now = clock.instant();
    if (lease.held() == null || !DatabaseClock.isSteady(clock)) {
      return rest(EVERY);
    }
    return pg.asEngine(ExpirySql.NEXT, Tuple.tuple())
        .map(rows -> rows.iterator().next().getOffsetDateTime("next"))
        .chain(next -> next == null ? rest(EVERY) : expireOrRest(next.toInstant(), now));
  }

  private Uni<Duration> expireOrRest(Instant next, Instant now) {
    Duration until = Duration.between(now, next);
    if (until.compareTo(Duration.ZERO) > 0) {
      return rest(until.compareTo(EVERY) < 0 ? until : EVERY);
    }
    return pg.asEngine(ExpirySql.EXPIRE, Tuple.of(utc(now), MOST_AT_ONCE))
        .map(rows -> rows.iterator().next())
        .invoke(this::tell)
        .map(row -> row.getLong("busy") > 0 ? AGAIN : Duration.ZERO);
  }

  private static Uni<Duration> rest(Duration atMost) {
    return Uni.createFrom().item(atMost);
  }

  private void tell(Row row) {
    UUID[] places = row.getArrayOfUUIDs("places");
    if (places != null) {
      freed.accept(List.of(places));
    }
    if (row.getLong("rearmed") > 0) {
      rearmed.run();
    }
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
