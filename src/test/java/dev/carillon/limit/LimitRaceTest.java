package dev.carillon.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.pg.Statements;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many who give places and end runs at once, on connections of their own, in no order: without
 * notices, without a leader's look and without a deadlock nobody may be left behind.
 */
class LimitRaceTest {

  private static final String CLAIM =
      """
      update queue set state = 'RUNNING', attempt = attempt + 1, placed = true
      where id = any($1) and state = 'QUEUED' and held_by is null
      returning id
      """;
  private static final String END =
      """
      with gone as (delete from queue where id = $1 returning id)
      delete from places where run_id in (select id from gone) returning tenant_id, key
      """;

  private static final String OF_KEYS =
      """
      select concurrency_key, count(*) as n from queue
      where state = 'RUNNING' and concurrency_key is not null
      group by concurrency_key having count(*) > 1
      """;

  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    engine.execute(
        "insert into workers (id, name, started_at, lease_until, slots) values (gen_random_uuid(), 'w', now(), now(), 9)");
    job = engine.job("noop");
    engine.execute("update jobs set max_concurrency = 3");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void leavesNobodyBehindHoweverManyDecideAndEndAtOnce() throws Exception {
    // Given 300 runs under a limit of the job, with five keys of their own, of one at a time each
    List<UUID> runs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      runs.add(engine.run(job));
    }
    engine.execute(
        "update queue set concurrency_key = 'k' || (('x' || right(id::text, 4))::bit(16)::int % 5)");
    List<String> tooMany = new ArrayList<>();
    AtomicInteger ended = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(6);

    // When six at once bring them in, at random sizes, and go on with what comes back
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      List<UUID> own = runs.subList(t * 50, t * 50 + 50);
      all.add(
          CompletableFuture.runAsync(
              () -> {
                Racer racer = new Racer(tooMany, ended);
                for (int i = 0; i < own.size(); i += 10) {
                  racer.bring(own.subList(i, i + 10));
                }
              },
              threads));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    threads.shutdown();

    // Then all of them have ended, and never were there too many
    assertEquals(List.of(), tooMany);
    assertEquals(300, ended.get());
    assertEquals(0, engine.count("select count(*) from queue"));
    assertEquals(0, engine.count("select count(*) from places"));
    Lines lines = new Lines(engine.pg);
    join(lines.forgetUnused());
    assertEquals(0, engine.count("select count(*) from limits"));
  }

  @Test
  void removesPlacesOfRunsThatAreGoneAndForgetsTheirLimits() {
    UUID live = engine.run(job);
    engine.execute("update queue set state = 'RUNNING', attempt = 1 where id = ?", live);
    engine.execute(
        "insert into places (tenant_id, key, run_id, attempt) values ('default', 'tenant', ?, 1), ('default', 'key:a', gen_random_uuid(), 1), ('default', 'key:b', ?, 7)",
        live,
        live);
    engine.execute(
        "insert into limits (tenant_id, key) values ('default', 'tenant'), ('default', 'key:a'), ('default', 'key:c')");

    Lines lines = new Lines(engine.pg);
    join(lines.removeStale(EngineFixture.REAL.instant()));
    join(lines.forgetUnused());

    assertEquals("tenant", engine.row("select string_agg(key, ' ') as k from places").get("k"));
    assertEquals("tenant", engine.row("select string_agg(key, ' ') as k from limits").get("k"));
  }

  @Test
  void keepsPlacesForWhomItLetsGoAndOvertakesNobody() {
    engine.execute("update jobs set max_concurrency = 1");
    UUID first = engine.run(job);
    UUID second = engine.run(job);
    Limits limits = new Limits(engine.pg, TenantLimits.NONE);

    // A worker without a free slot decides about both: the first is let go, its place kept
    Limits.Shared shared =
        join(limits.share(asked(List.of(first, second), Map.of()), Limits.Claiming.NONE));
    assertEquals(List.of(first), shared.announced().stream().map(due -> due.run()).toList());
    assertTrue(
        engine.count("select count(*) from queue where id = ? and held_by = 'job'", second) == 1);

    // One that comes newly, more urgent or not, finds no room
    UUID third = engine.run(job);
    engine.execute("update queue set priority = 0 where id = ?", third);
    assertEquals(
        List.of(),
        join(limits.share(asked(List.of(third), Map.of()), Limits.Claiming.NONE)).announced());
    // and whoever claims the first does
    Racer racer = new Racer(new ArrayList<>(), new AtomicInteger());
    join(limits.share(asked(List.of(first), Map.of()), racer::claim));
    assertEquals(List.of(first), racer.claimed);
  }

  @Test
  void findsWhoCanUseAPlaceBehindManyWhoCannot() {
    // Given a line of the job that begins with 900 runs of a value of which one is at work
    UUID busy = runningOf("busy");
    engine.runs(job, 900, EngineFixture.REAL.instant().minusSeconds(60));
    engine.execute(
        "update queue set tenant_id = 'default', concurrency_key = 'busy' where id <> ?", busy);
    UUID free = engine.run(job);
    engine.execute(
        "update queue set held_by = 'job', held_key = ?, held_due = due_at, due_at = 'infinity' where id <> ?",
        "job:" + job,
        busy);
    Limits limits = new Limits(engine.pg, TenantLimits.NONE);

    // When a place of the job is free
    Map<LimitKey, Integer> freed = Map.of(LimitKey.ofJob("default", job), 1);
    List<UUID> let = new ArrayList<>();
    int rounds = 0;
    while (!freed.isEmpty() && rounds++ < 20) {
      Limits.Shared shared = join(limits.share(asked(List.of(), freed), Limits.Claiming.NONE));
      shared.announced().forEach(due -> let.add(due.run()));
      freed = shared.again();
    }

    // Then it is given to the first who can use it, in a few rounds
    assertEquals(List.of(free), let);
    assertTrue(rounds <= 8, rounds + " rounds");
    assertEquals(900, engine.count("select count(*) from queue where held_key = 'key:busy'"));
  }

  private UUID runningOf(String value) {
    UUID run = engine.run(job);
    engine.execute(
        "update queue set state = 'RUNNING', attempt = 1, placed = true, concurrency_key = ? where id = ?",
        value,
        run);
    engine.execute(
        "insert into places (tenant_id, key, run_id, attempt) values ('default', ?, ?, 1), ('default', ?, ?, 1)",
        "key:" + value,
        run,
        "job:" + job,
        run);
    return run;
  }

  private static Limits.Asked asked(List<UUID> fresh, Map<LimitKey, Integer> freed) {
    Instant now = EngineFixture.REAL.instant();
    return new Limits.Asked(fresh, freed, now, now);
  }

  private static <T> T join(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(30));
  }

  /** Claims what it is given, and ends it at once. */
  private final class Racer {

    private final Limits limits = new Limits(engine.pg, TenantLimits.NONE);
    private final List<String> tooMany;
    private final AtomicInteger ended;
    private List<UUID> claimed = List.of();

    Racer(List<String> tooMany, AtomicInteger ended) {
      this.tooMany = tooMany;
      this.ended = ended;
    }

    void bring(List<UUID> fresh) {
      share(fresh, Map.of());
    }

    private void share(List<UUID> fresh, Map<LimitKey, Integer> freed) {
      List<UUID> asked = fresh;
      Map<LimitKey, Integer> places = freed;
      while (!asked.isEmpty() || !places.isEmpty()) {
        claimed = List.of();
        Limits.Shared shared = join(limits.share(asked(asked, places), this::claim));
        Map<LimitKey, Integer> next = new ConcurrentHashMap<>(shared.again());
        for (UUID run : claimed) {
          end(run).forEach(key -> next.merge(key, 1, Integer::sum));
        }
        asked = List.of();
        places = next;
      }
    }

    Uni<Set<UUID>> claim(Statements statements, List<Candidate> given) {
      UUID[] ids = given.stream().map(Candidate::run).toArray(UUID[]::new);
      return statements
          .query(CLAIM, Tuple.tuple().addArrayOfUUID(ids))
          .map(
              rows -> {
                claimed = new ArrayList<>();
                rows.forEach(row -> claimed.add(row.getUUID("id")));
                return Set.copyOf(claimed);
              });
    }

    /** Just before, it is counted who is at work, this one among them. */
    private List<LimitKey> end(UUID run) {
      long ofTheJob =
          join(engine.pg.asEngine(
                  "select count(*) as n from queue where state = 'RUNNING'", Tuple.tuple()))
              .iterator()
              .next()
              .getLong("n");
      if (ofTheJob > 3) {
        synchronized (tooMany) {
          tooMany.add("job " + ofTheJob);
        }
      }
      for (Row row : join(engine.pg.asEngine(OF_KEYS, Tuple.tuple()))) {
        synchronized (tooMany) {
          tooMany.add(row.getString("concurrency_key") + " " + row.getLong("n"));
        }
      }
      List<LimitKey> freed = new ArrayList<>();
      for (Row row : join(engine.pg.asEngine(END, Tuple.of(run)))) {
        freed.add(new LimitKey(row.getString("tenant_id"), row.getString("key")));
      }
      ended.incrementAndGet();
      return freed;
    }
  }
}
