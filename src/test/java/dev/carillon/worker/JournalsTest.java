package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What handlers write down is there when their attempt's end can be read. */
class JournalsTest {

  private static final CountDownLatch HELD = new CountDownLatch(1);
  private static EngineFixture engine;

  @BeforeAll
  static void start() {
    engine =
        new EngineFixture()
            .handler(
                "writing",
                run -> {
                  run.log("attempt %d of %s", run.attempt(), run.jobKey());
                  run.artifact("report", "https://example.org/r/" + run.attempt());
                  run.log("done");
                  return run.attempt() == 1
                      ? Outcome.retry("once more").withExitCode(75)
                      : Outcome.success().withExitCode(0);
                })
            .handler(
                "crowd",
                run -> {
                  CyclicBarrier all = new CyclicBarrier(4);
                  List<Thread> threads =
                      IntStream.range(0, 4)
                          .mapToObj(
                              n ->
                                  new Thread(
                                      () -> {
                                        try {
                                          all.await();
                                        } catch (Exception e) {
                                          throw new IllegalStateException(e);
                                        }
                                        for (int i = 0; i < 250; i++) {
                                          run.log("thread " + n + " line " + i);
                                        }
                                      }))
                          .toList();
                  threads.forEach(Thread::start);
                  for (Thread thread : threads) {
                    thread.join();
                  }
                  return Outcome.success();
                })
            .handler(
                "throwing",
                run -> {
                  run.log("password=planted-secret");
                  throw new IllegalStateException("boom");
                })
            .handler(
                "wrong-place",
                run -> {
                  run.artifact("report", "not a uri");
                  return Outcome.success();
                })
            .handler(
                "long",
                run -> {
                  run.log("begun");
                  run.progress(0.25, "a quarter");
                  HELD.await();
                  return Outcome.success();
                })
            .asyncHandler(
                "later",
                run ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          run.log("from another thread");
                          return Outcome.success();
                        }));
    engine.ticker();
    engine.worker(8, Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() {
    HELD.countDown();
    engine.close();
  }

  @Test
  void areThereWithEachAttemptAsItsArtifactsAndExitCodeAre() {
    UUID run = engine.run(engine.job("writing"));

    engine.awaitState(run, "SUCCEEDED");

    assertEquals("attempt 1 of writing|done", log(run, 1));
    assertEquals("attempt 2 of writing|done", log(run, 2));
    assertEquals(
        "[75 https://example.org/r/1, 0 https://example.org/r/2]",
        engine
            .rows(
                """
                select exit_code || ' ' || (artifacts -> 0 ->> 'uri') as told
                from attempts where run_id = ? order by attempt
                """,
                run)
            .stream()
            .map(row -> row.get("told"))
            .toList()
            .toString());
  }

  @Test
  void keepEveryLineOfEveryThreadInTheOrderOfEach() {
    UUID run = engine.run(engine.job("crowd"));

    engine.awaitState(run, "SUCCEEDED");

    List<String> lines = List.of(log(run, 1).split("\\|"));
    assertEquals(1_000, lines.size());
    for (int n = 0; n < 4; n++) {
      String thread = "thread " + n + " ";
      assertEquals(
          IntStream.range(0, 250).mapToObj(i -> thread + "line " + i).toList(),
          lines.stream().filter(line -> line.startsWith(thread)).toList());
    }
  }

  @Test
  void keepWhatAHandlerWroteBeforeItThrewAndNoSecret() {
    UUID run = engine.run(engine.job("throwing"));

    engine.awaitState(run, "DEAD");

    assertEquals("password=•••", log(run, 3));
  }

  @Test
  void areThoseOfAsynchronousHandlersToo() {
    UUID run = engine.run(engine.job("later"));

    engine.awaitState(run, "SUCCEEDED");

    assertEquals("from another thread", log(run, 1));
  }

  @Test
  void failTheAttemptOfAnArtifactThatIsNowhere() {
    UUID run =
        engine.run(engine.job("wrong-place", "{\"type\":\"HANDLER\"}", Duration.ofMinutes(1), 1));

    engine.awaitState(run, "DEAD");

    assertEquals(
        "java.lang.IllegalArgumentException",
        engine
            .row("select error ->> 'class' as class from attempts where run_id = ?", run)
            .get("class"));
  }

  @Test
  void canBeReadWhileTheAttemptRunsWithItsProgressUntilItEnds() {
    UUID run = engine.run(engine.job("long"));

    await().until(() -> log(run, 1).equals("begun"));
    await()
        .until(
            () ->
                engine.count(
                        "select count(*) from run_progress where run_id = ? and fraction = 0.25 and note = 'a quarter'",
                        run)
                    == 1);
    assertEquals("RUNNING", engine.state(run));

    HELD.countDown();
    engine.awaitState(run, "SUCCEEDED");
    assertEquals(0, engine.count("select count(*) from run_progress where run_id = ?", run));
  }

  /** Lines that cannot be written hold up no end; they come afterwards. */
  @Test
  void holdUpNoEndThatTheyCannotBeWrittenBefore() {
    AtomicBoolean away = new AtomicBoolean();
    try (EngineFixture other =
        new EngineFixture()
            .handler(
                "writing",
                run -> {
                  run.log("kept");
                  return Outcome.success();
                })) {
      other.pg.fault(
          (sql, parameters, go) ->
              away.get() && sql.contains("attempt_logs")
                  ? Uni.createFrom().failure(new ConnectException("away"))
                  : go);
      away.set(true);
      UUID run = other.run(other.job("writing"));
      other.worker(8, Duration.ofSeconds(30));
      other.awaitState(run, "SUCCEEDED");
      assertEquals(0, other.count("select count(*) from attempt_logs"));

      away.set(false);

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> other.count("select count(*) from attempt_logs where run_id = ?", run) == 1);
    }
  }

  private static String log(UUID run, int attempt) {
    Object text =
        engine
            .row(
                "select string_agg(text, '' order by part) as log from attempt_logs where run_id = ? and attempt = ?",
                run,
                attempt)
            .get("log");
    return text == null
        ? ""
        : text.toString()
            .lines()
            .map(line -> line.substring(25))
            .reduce((a, b) -> a + "|" + b)
            .orElse("");
  }
}
