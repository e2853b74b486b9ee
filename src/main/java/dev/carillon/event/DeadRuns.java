package dev.carillon.event;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.Message;
import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Sets runs that are DEAD aside on the broker, for people to look at, each at least once:
 *
 * <pre>
 * outbox ──relay publishes──► dead_letters, then deleted from the outbox
 *                                  └──the broker has it──► deleted
 * </pre>
 *
 * It is a duty of its own beside the relay's, so that a broker which takes no dead letters delays
 * only these.
 */
final class DeadRuns {

  private static final Logger LOG = Logger.getLogger(DeadRuns.class);

  /** A hundred kilobytes, as a rule; where they carry everything, some twenty megabytes. */
  private static final int MOST = 50;

  /** How many the broker is given at a time. */
  private static final int AT_ONCE = 32;

  private static final Duration UNTIL_WOKEN = Duration.ofSeconds(5);
  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(2);

  private final Pg pg;
  private final DeadLetters letters;
  private final String source;
  private final BooleanSupplier leads;
  private final Loop loop;

  /** Those up to it have been tried in this pass. */
  private long after;

  private boolean refusing;

  DeadRuns(Vertx vertx, Pg pg, Relay.Channels channels, BooleanSupplier leads) {
    this.pg = pg;
    this.letters = channels.letters();
    this.source = channels.source();
    this.leads = leads;
    this.loop = new Loop("set dead runs aside", vertx, vertx.getOrCreateContext(), this::step);
  }

  void start() {
    loop.start();
  }

  /** What is left is there for the next leader; one more look takes what came last. */
  CompletionStage<Void> stop() {
    return loop.stop()
        .thenCompose(
            stopped ->
                step()
                    .replaceWithVoid()
                    .onFailure()
                    .recoverWithNull()
                    .subscribeAsCompletionStage());
  }

  /** Before the outbox may forget them. What is not dead costs nothing. */
  Uni<Void> keep(List<EventMessage> published) {
    List<RunEvent> dead = new ArrayList<>();
    for (EventMessage event : published) {
      if (event instanceof RunEvent run && run.kind() == RunEvent.Kind.DEAD) {
        dead.add(run);
      }
    }
    return dead.isEmpty()
        ? Uni.createFrom().voidItem()
        : pg.asEngine(RelaySql.KEEP_DEAD, rows(dead)).invoke(loop::wake).replaceWithVoid();
  }

  private Tuple rows(List<RunEvent> dead) {
    return Tuple.tuple()
        .addArrayOfUUID(dead.stream().map(event -> event.run().id()).toArray(UUID[]::new))
        .addArrayOfInteger(dead.stream().map(RunEvent::attempt).toArray(Integer[]::new))
        .addArrayOfString(dead.stream().map(RunEvent::tenant).toArray(String[]::new))
        .addArrayOfString(dead.stream().map(DeadRuns::reason).toArray(String[]::new))
        .addArrayOfString(
            dead.stream()
                .map(event -> CloudEvents.structured(event, source).encode())
                .toArray(String[]::new));
  }

  /** What it died of; a run that took its workers with it is a danger to whoever tries it again. */
  private static String reason(RunEvent event) {
    RunEvent.End end = event.end();
    JsonObject error = end == null ? null : end.error();
    String type = error == null ? null : error.getString("class");
    // Of those that were lost, some are dead because they have grown too old.
    if (RunError.POISON.equals(type) && end.outcome() == AttemptOutcome.LOST) {
      return RunError.POISON;
    }
    return type == null ? "DEAD" : "DEAD: " + type.lines().findFirst().orElse("");
  }

  private Uni<Duration> step() {
    if (!leads.getAsBoolean()) {
      after = 0;
      return Uni.createFrom().item(UNTIL_WOKEN);
    }
    return pg.asEngine(RelaySql.DEAD_AFTER, Tuple.of(after, MOST)).chain(this::setAside);
  }

  private Uni<Duration> setAside(RowSet<Row> rows) {
    if (rows.size() == 0) {
      // Those that were refused are tried again, from the beginning.
      boolean again = after > 0 && refusing;
      after = 0;
      return Uni.createFrom().item(again ? AFTER_REFUSAL : UNTIL_WOKEN);
    }
    return Multi.createFrom()
        .iterable(rows)
        .onItem()
        .transformToUni(this::setAside)
        .merge(AT_ONCE)
        .collect()
        .asList()
        .chain(taken -> forget(rows, taken));
  }

  /** The letter's id, or nothing where the broker does not take it. */
  private Uni<Long> setAside(Row row) {
    Message message =
        new Message(
            RunEvent.Kind.DEAD.type(),
            row.getUUID("run_id") + "/" + row.getInteger("attempt"),
            Map.of(
                "content-type",
                CloudEvents.CONTENT_TYPE,
                "carillon-tenant",
                row.getString("tenant_id")),
            row.getString("body").getBytes(StandardCharsets.UTF_8));
    return Uni.createFrom()
        .deferred(() -> letters.setAside(message, row.getString("reason"), null))
        .map(done -> row.getLong("id"))
        .onFailure()
        .invoke(this::refused)
        .onFailure()
        .recoverWithNull();
  }

  private void refused(Throwable failure) {
    if (!refusing) {
      refusing = true;
      LOG.warnf("the broker takes no dead letters (%s); trying again", failure.getMessage());
    }
  }

  private Uni<Duration> forget(RowSet<Row> tried, List<Long> taken) {
    for (Row row : tried) {
      after = Math.max(after, row.getLong("id"));
    }
    if (taken.size() == tried.size()) {
      refusing = false;
    }
    Duration rest = taken.isEmpty() ? AFTER_REFUSAL : Duration.ZERO;
    return taken.isEmpty()
        ? Uni.createFrom().item(rest)
        : pg.asEngine(RelaySql.SET_ASIDE, Tuple.tuple().addArrayOfLong(taken.toArray(Long[]::new)))
            .replaceWith(rest);
  }
}
