package dev.carillon.lease;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private static final Duration LENGTH = Duration.ofMillis(1_500);

  private EngineFixture engine;
  private final List<Lease> leases = new ArrayList<>();
  private final AtomicInteger gained = new AtomicInteger();

  @BeforeEach
  void open() {
    engine = new EngineFixture();
  }

  @AfterEach
  void close() {
    engine.pg.fault(null);
    leases.forEach(lease -> lease.release().toCompletableFuture().join());
    engine.close();
  }

  @Test
  void isHeldByOneOfMany() {
    for (int i = 0; i < 5; i++) {
      start();
    }

    await().until(() -> leaders() == 1);
    assertEquals(1, gained.get());
    assertEquals(1, engine.count("select epoch from leases"));
  }

  @Test
  void isTakenAtOnceWhenItWasGivenBack() throws Exception {
    Lease first = start();
    await().until(() -> first.held() != null);
    Lease second = start();

    first.release().toCompletableFuture().get(2, SECONDS);

    await().atMost(Duration.ofMillis(1_400)).until(() -> second.held() != null);
    assertEquals(2, second.held().epoch());
    assertNull(first.held());
  }

  @Test
  void electsAnotherLeaderAfterTheOldOneFellSilentAndNeverTwoAtOnce() {
    // Given a leader whose renewals do not get through
    AtomicBoolean cut = new AtomicBoolean();
    Lease first = start();
    await().until(() -> first.held() != null);
    Lease.Held before = first.held();
    engine.pg.fault(
        (sql, parameters, go) ->
            cut.get()
                    && sql.equals(LeaseSql.RENEW)
                    && parameters.getValue(1).equals(before.holder())
                ? Uni.createFrom().failure(new ConnectException("away"))
                : go);
    Lease second = start();

    // When it falls silent
    cut.set(true);

    // Then it stops leading before another may
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              assertTrue(leaders() <= 1, "two leaders at once");
              return second.held() != null;
            });
    assertNull(first.held());
    assertEquals(before.epoch() + 1, second.held().epoch());

    // and finds out that it was replaced
    cut.set(false);
    await()
        .during(Duration.ofMillis(1_000))
        .atMost(Duration.ofSeconds(5))
        .until(() -> first.held() == null && second.held() != null);
  }

  /** A stepping clock, here or in the database, ends no lease. */
  @Test
  void isNotTakenByTheClockOnTheWall() {
    Lease first = start();
    await().until(() -> first.held() != null);
    engine.execute("update leases set expires_at = now() - interval '1 hour'");
    Lease second = start();

    await()
        .during(Duration.ofMillis(1_200))
        .atMost(Duration.ofSeconds(5))
        .until(() -> first.held() != null && second.held() == null);
    assertEquals(1, engine.count("select epoch from leases"));
  }

  private Lease start() {
    Lease lease =
        new Lease(
            "test",
            engine.pg,
            engine.vertx,
            engine.vertx.getOrCreateContext(),
            LENGTH,
            gained::incrementAndGet);
    leases.add(lease);
    lease.start();
    return lease;
  }

  private long leaders() {
    return leases.stream().filter(lease -> lease.held() != null).count();
  }
}
