package dev.carillon.worker;

import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Writes down what handlers log and how far they say they are: about once a second for all of them,
 * and the last lines of an attempt before its end is recorded. A run whose handler writes nothing
 * costs nothing, and none waits for another's lines: what cannot be written in time is written
 * after the attempt's end, and what a worker that dies has not written is lost with it.
 */
final class Journals {

  private static final Logger LOG = Logger.getLogger(Journals.class);

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration REST = Duration.ofMinutes(1);

  /** How long an attempt's end waits for its last lines. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Of all attempts together, while the database is away or slow; beyond it lines are left out. */
  static final long MOST_HELD = 64L * 1024 * 1024;

  /** Of one statement. */
  private static final int MOST_AT_ONCE = 4 * 1024 * 1024;

  private final Pg pg;
  private final InstantSource clock;
  private final Loop loop;
  private final Queue<Journal> listed = new ConcurrentLinkedQueue<>();
  private final Queue<End> ends = new ConcurrentLinkedQueue<>();
  private final AtomicLong held = new AtomicLong();

  // Of the loop alone.
  private final Deque<Journal.Part> unwritten = new ArrayDeque<>();
  private final Map<UUID, Journal.Progress> progress = new LinkedHashMap<>();
  private final Map<UUID, Integer> forgotten = new LinkedHashMap<>();
  private long lastLook = System.nanoTime() - EVERY.toNanos();

  private record End(Journal journal, CompletableFuture<Void> written) {}

  Journals(Pg pg, InstantSource clock, Vertx vertx, Context context) {
    this.pg = pg;
    this.clock = clock;
    this.loop = new Loop("write down what handlers log", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  /** After the last attempt has ended. */
  CompletionStage<Void> stop() {
    return loop.stop();
  }

  Instant now() {
    return clock.instant();
  }

  /** From any thread. */
  void line(Journal journal, String line) {
    int more = journal.line(line, now(), held.get() < MOST_HELD);
    if (more > 0) {
      held.addAndGet(more);
      list(journal);
    }
  }

  /** From any thread: there is something new in it. */
  void list(Journal journal) {
    if (journal.list()) {
      listed.add(journal);
      loop.wake();
    }
  }

  /**
   * Writes what is left of an attempt that has ended; its journal is closed.
   *
   * @return completes when it is written, or could not be in time; never exceptionally
   */
  CompletionStage<Void> end(Journal journal) {
    End end = new End(journal, new CompletableFuture<>());
    ends.add(end);
    loop.wake();
    return end.written.completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Uni<Duration> step() {
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (End end = ends.poll(); end != null; end = ends.poll()) {
      takeLast(end.journal);
      waiting.add(end.written);
    }
    if (System.nanoTime() - lastLook >= EVERY.toNanos()) {
      lookAtAll();
    }
    return write()
        .onTermination()
        .invoke(() -> waiting.forEach(one -> one.complete(null)))
        .map(done -> rest());
  }

  private void lookAtAll() {
    for (Journal journal = listed.poll(); journal != null; journal = listed.poll()) {
      lastLook = System.nanoTime();
      // Before it is looked at: what comes afterwards lists it again.
      journal.unlist();
      takeLines(journal);
      Journal.Progress latest = journal.takeProgress();
      if (latest != null) {
        progress.put(latest.run(), latest);
      }
    }
  }

  private void takeLast(Journal journal) {
    takeLines(journal);
    progress.remove(journal.run());
    if (journal.hasStoredProgress()) {
      forgotten.put(journal.run(), journal.attempt());
    }
  }

  private void takeLines(Journal journal) {
    Journal.Part part = journal.takeLines();
    if (part != null) {
      unwritten.add(part);
    }
  }

  private Duration rest() {
    if (!ends.isEmpty() || !unwritten.isEmpty()) {
      return Duration.ZERO;
    }
    if (listed.isEmpty()) {
      return REST;
    }
    Duration left = EVERY.minusNanos(System.nanoTime() - lastLook);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private Uni<Void> write() {
    return append().chain(this::tellProgress).chain(this::forgetProgress);
  }

  private Uni<Void> append() {
    if (unwritten.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Journal.Part> batch = new ArrayList<>();
    int size = 0;
    for (Journal.Part part : unwritten) {
      size += part.text().length();
      if (!batch.isEmpty() && size > MOST_AT_ONCE) {
        break;
      }
      batch.add(part);
    }
    return pg.asEngine(JournalSql.APPEND, parameters(batch))
        .replaceWithVoid()
        .onFailure(Journals::isDataProblem)
        .invoke(
            problem ->
                LOG.warnf(
                    "lines of %d attempts cannot be stored (%s); they are left out",
                    batch.size(), problem.getMessage()))
        .onFailure(Journals::isDataProblem)
        .recoverWithNull()
        .invoke(written -> drop(batch))
        .chain(this::append);
  }

  private void drop(List<Journal.Part> batch) {
    for (Journal.Part part : batch) {
      unwritten.remove();
      held.addAndGet(-part.held());
    }
  }

  private Uni<Void> tellProgress() {
    if (progress.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Journal.Progress> batch = List.copyOf(progress.values());
    progress.clear();
    return pg.asEngine(
            JournalSql.PROGRESS,
            Tuple.tuple()
                .addArrayOfUUID(batch.stream().map(Journal.Progress::run).toArray(UUID[]::new))
                .addArrayOfInteger(
                    batch.stream().map(Journal.Progress::attempt).toArray(Integer[]::new))
                .addArrayOfString(
                    batch.stream().map(Journal.Progress::tenant).toArray(String[]::new))
                .addArrayOfDouble(
                    batch.stream().map(Journal.Progress::fraction).toArray(Double[]::new))
                .addArrayOfString(batch.stream().map(Journal.Progress::note).toArray(String[]::new))
                .addArrayOfOffsetDateTime(
                    batch.stream()
                        .map(one -> one.at().atOffset(ZoneOffset.UTC))
                        .toArray(OffsetDateTime[]::new)))
        .replaceWithVoid();
  }

  /** A row that stays behind all the same says nothing: its attempt is not the run's any more. */
  private Uni<Void> forgetProgress() {
    if (forgotten.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Map<UUID, Integer> batch = Map.copyOf(forgotten);
    forgotten.clear();
    UUID[] runs = batch.keySet().toArray(UUID[]::new);
    Integer[] attempts = Arrays.stream(runs).map(batch::get).toArray(Integer[]::new);
    return pg.asEngine(
            JournalSql.FORGET_PROGRESS,
            Tuple.tuple().addArrayOfUUID(runs).addArrayOfInteger(attempts))
        .replaceWithVoid();
  }

  private static Tuple parameters(List<Journal.Part> batch) {
    return Tuple.tuple()
        .addArrayOfUUID(batch.stream().map(Journal.Part::run).toArray(UUID[]::new))
        .addArrayOfInteger(batch.stream().map(Journal.Part::attempt).toArray(Integer[]::new))
        .addArrayOfInteger(batch.stream().map(Journal.Part::number).toArray(Integer[]::new))
        .addArrayOfString(batch.stream().map(Journal.Part::tenant).toArray(String[]::new))
        .addArrayOfString(batch.stream().map(Journal.Part::text).toArray(String[]::new));
  }

  /** What will never fit must not hold up the lines of others. */
  private static boolean isDataProblem(Throwable failure) {
    return failure instanceof PgException error
        && error.getSqlState() != null
        && error.getSqlState().matches("(22|23|54).*");
  }
}
