package dev.carillon.event.integration;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import dev.carillon.broker.RequestChannel;
import dev.carillon.broker.RequestChannel.Incoming;
import dev.carillon.event.integration.RequestMeters.Result;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests off the broker, as many as there are places, and acknowledges each once it is
 * granted or set aside.
 *
 * <pre>
 * requested ──► WORKING ──granted, known, set aside──► acknowledged; its place asks for the next
 *                 ▲  │ fault
 *                 │  ▼
 *               PAUSING (100 ms, doubling to 5 s) ──stop──► left to the broker
 * </pre>
 *
 * All state is touched on one context only, so nothing here locks.
 */
public final class Requests {

  /**
   * How many are in hand at once. Each holds a connection for a handful of round trips and one
   * commit, of the pool that requests by REST wait for too: at most half of its 20 (Quarkus's
   * default), so that a burst on the broker leaves people at the dashboard theirs. Commits that
   * come together share a flush, so these few keep the database busy.
   */
  public static final int PLACES = 10;

  private static final Logger LOG = Logger.getLogger(Requests.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A connection that died without a word; the inbox makes another try safe. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long READ_AGAIN_MILLIS = 1_000;
  private static final long SWEEP_MILLIS = 1_000;
  private static final int LONGEST_REASON = 1_000;

  private final Vertx vertx;
  private final Context context;
  private final InstantSource clock;
  private final RequestChannel channel;
  private final DeadLetters deadLetters;
  private final RequestReader reader;
  private final Inbox inbox;
  private final RequestMeters meters;
  private final Duration patience;
  private final Set<Place> taken = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private @Nullable Subscription subscription;
  private long sweeper = -1;
  private boolean stopping;
  private boolean failing;

  /** What it is connected to. */
  public record Surroundings(
      Vertx vertx,
      InstantSource clock,
      TenantTransactions transactions,
      RequestChannel channel,
      DeadLetters deadLetters) {}

  /**
   * @param localMode whether who names no tenant means {@code default}
   */
  public Requests(Surroundings around, RunRequests runs, boolean localMode, RequestMeters meters) {
    this(around, runs, localMode, meters, PATIENCE);
  }

  Requests(
      Surroundings around,
      RunRequests runs,
      boolean localMode,
      RequestMeters meters,
      Duration patience) {
    this.vertx = around.vertx();
    this.context = vertx.getOrCreateContext();
    this.clock = around.clock();
    this.channel = around.channel();
    this.deadLetters = around.deadLetters();
    this.reader = new RequestReader(runs, localMode);
    this.inbox = new Inbox(around.transactions(), clock);
    this.meters = meters;
    this.patience = patience;
  }

  public void start() {
    meters.watchRequests(this::inHand);
    sweeper = vertx.setPeriodic(SWEEP_MILLIS, id -> onContext(this::sweep));
    subscribe();
  }

  /**
   * Requests nothing more. What is being stored is finished, what waits for another try is left to
   * the broker.
   *
   * @param grace how long at most; what is not acknowledged then comes again
   * @return completes when nothing is in hand any more, or the grace is over
   */
  public CompletionStage<Void> stop(Duration grace) {
    context.runOnContext(
        ignored -> {
          stopping = true;
          taken.removeIf(place -> place.pausing);
          endIfEmpty();
        });
    long timer = vertx.setTimer(Math.max(1, grace.toMillis()), id -> onContext(this::end));
    return ended.whenComplete((done, failure) -> vertx.cancelTimer(timer));
  }

  /** How many are not acknowledged yet. */
  public int inHand() {
    return taken.size();
  }

  /** Since when the oldest of them is being tried again; null: none is. */
  public @Nullable Instant retryingSince() {
    return taken.stream()
        .map(place -> place.failingSince)
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElse(null);
  }

  // ── from the broker
  // ─────────────────────────────────────────────────────────────────────────────────

  private void subscribe() {
    channel.consume().subscribe().withSubscriber(new Subscription());
  }

  private void resubscribe(Subscription over, String why) {
    if (subscription != over || stopping) {
      return;
    }
    subscription = null;
    LOG.warnf("reading requests ended (%s); reading again in %d ms", why, READ_AGAIN_MILLIS);
    vertx.setTimer(
        READ_AGAIN_MILLIS,
        id ->
            onContext(
                () -> {
                  if (!stopping) {
                    subscribe();
                  }
                }));
  }

  private final class Subscription implements Flow.Subscriber<Incoming> {

    private Flow.@Nullable Subscription upstream;
    private int asked;

    @Override
    public void onSubscribe(Flow.Subscription granted) {
      onContext(
          () -> {
            upstream = granted;
            if (stopping) {
              granted.cancel();
              return;
            }
            subscription = this;
            ask();
          });
    }

    @Override
    public void onNext(Incoming incoming) {
      onContext(
          () -> {
            asked--;
            if (!stopping) {
              Place place = new Place(incoming);
              taken.add(place);
              work(place);
            }
          });
    }

    @Override
    public void onError(Throwable failure) {
      onContext(() -> resubscribe(this, describe(failure)));
    }

    @Override
    public void onComplete() {
      onContext(() -> resubscribe(this, "the channel ended"));
    }

    void ask() {
      int free = PLACES - taken.size() - asked;
      if (free > 0 && upstream != null) {
        asked += free;
        upstream.request(free);
      }
    }

    void cancel() {
      if (upstream != null) {
        upstream.cancel();
      }
    }
  }

  // ── one request
  // ─────────────────────────────────────────────────────────────────────────────────

  /** One message in hand. */
  private static final class Place {

    private final Incoming incoming;
    private int attempt;
    private long since;
    private Duration pause = FIRST_PAUSE;
    private boolean pausing;
    private volatile @Nullable Instant failingSince;

    Place(Incoming incoming) {
      this.incoming = incoming;
    }
  }

  private void work(Place place) {
    place.pausing = false;
    place.since = System.nanoTime();
    int attempt = ++place.attempt;
    Uni.createFrom()
        .deferred(() -> inbox.receive(reader.read(place.incoming.message())))
        .onFailure(Requests::isUnstorable)
        .transform(Requests::unstorable)
        .onFailure(RefusedException.class)
        .recoverWithUni(refused -> setAside(place.incoming.message(), refused))
        .subscribe()
        .with(
            result -> onContext(() -> done(place, attempt, result)),
            failure -> onContext(() -> failed(place, attempt, failure)));
  }

  private Uni<Result> setAside(Message message, Throwable refused) {
    String reason = oneLine(String.valueOf(refused.getMessage()));
    return deadLetters
        .setAside(message, reason, null)
        .invoke(
            () ->
                LOG.warnf(
                    "the request at %s of %s is refused and set aside in %s: %s",
                    message.position(), message.topic(), DeadLetters.TOPIC, reason))
        .replaceWith(Result.REFUSED);
  }

  private void done(Place place, int attempt, Result result) {
    if (place.attempt != attempt || !taken.contains(place)) {
      // Given up: whoever tries it next, here or elsewhere, finds it in the inbox.
      return;
    }
    try {
      place.incoming.acknowledge();
    } catch (RuntimeException e) {
      LOG.warnf(
          "a request that is stored was not acknowledged (%s); it comes again and is known then",
          describe(e));
    }
    meters.requested(result);
    free(place);
  }

  private void failed(Place place, int attempt, Throwable failure) {
    if (place.attempt != attempt || !taken.contains(place)) {
      return;
    }
    place.attempt++;
    if (stopping) {
      free(place);
      return;
    }
    if (!failing) {
      failing = true;
      LOG.warnf(
          "a request was not stored (%s); it and those that fail after it are tried again until"
              + " they are, at most %d at once",
          describe(failure), PLACES);
    }
    LOG.debugf(failure, "a request was not stored");
    if (place.failingSince == null) {
      place.failingSince = clock.instant();
    }
    place.pausing = true;
    vertx.setTimer(place.pause.toMillis(), id -> onContext(() -> again(place)));
    Duration longer = place.pause.multipliedBy(2);
    place.pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }

  private void again(Place place) {
    if (taken.contains(place) && !stopping) {
      work(place);
    }
  }

  /** Gives up on attempts that nothing is heard of. */
  private void sweep() {
    long now = System.nanoTime();
    for (Place place : taken) {
      if (!place.pausing && now - place.since > patience.toNanos()) {
        failed(place, place.attempt, new TimeoutException("nothing heard for " + patience));
      }
    }
  }

  private void free(Place place) {
    taken.remove(place);
    if (failing && retryingSince() == null) {
      failing = false;
      LOG.info("no request waits for another try any more");
    }
    if (stopping) {
      endIfEmpty();
    } else if (subscription != null) {
      subscription.ask();
    }
  }

  private void endIfEmpty() {
    if (taken.isEmpty()) {
      end();
    }
  }

  private void end() {
    if (subscription != null) {
      subscription.cancel();
    }
    if (!taken.isEmpty()) {
      LOG.warnf(
          "%d requests were not stored in time; the broker gives them to another process",
          taken.size());
      taken.clear();
    }
    vertx.cancelTimer(sweeper);
    ended.complete(null);
  }

  private void onContext(Runnable step) {
    context.runOnContext(ignored -> step.run());
  }

  // ── what failures mean
  // ──────────────────────────────────────────────────────────────────────────────

  /**
   * The database says that it is the values: data exceptions (22), or more than an index or a row
   * can hold (54). No other try would do better.
   */
  private static boolean isUnstorable(Throwable failure) {
    if (!(failure instanceof PgException error) || error.getSqlState() == null) {
      return false;
    }
    return error.getSqlState().startsWith("22") || error.getSqlState().startsWith("54");
  }

  private static Throwable unstorable(Throwable failure) {
    return new RefusedException(
        "the database cannot keep a value of it (SQLSTATE "
            + ((PgException) failure).getSqlState()
            + ")");
  }

  /** Fit for a header of any broker: one line of printable ASCII. */
  private static String oneLine(String reason) {
    String plain = reason.replace("…", "...").replaceAll("\\s+", " ").replaceAll("[^ -~]", "?");
    return plain.length() <= LONGEST_REASON ? plain : plain.substring(0, LONGEST_REASON) + "...";
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage();
    return failure.getClass().getSimpleName()
        + (message == null ? "" : ": " + message.lines().findFirst().orElse(""));
  }
}
