package dev.carillon.time.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestClockTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void standsStillUntilItIsMoved() {
    TestClock clock = TestClock.at("2026-01-01T00:00:00Z");
    assertEquals(START, clock.instant());
    assertEquals(START.plusSeconds(5), clock.advance(Duration.ofSeconds(5)));
    clock.set(START.minusSeconds(1));
    assertEquals(START.minusSeconds(1), clock.instant());
  }

  @Test
  void isAClockOfAnyZoneThatMovesAlong() {
    TestClock clock = TestClock.at(START);
    Clock berlin = clock.withZone(ZoneId.of("Europe/Berlin"));
    clock.set("2026-07-01T12:00:00Z");
    assertEquals(LocalDateTime.parse("2026-07-01T14:00:00"), LocalDateTime.now(berlin));
    assertEquals("TestClock[2026-07-01T12:00:00Z]", clock.toString());
  }

  @Test
  void concurrentAdvancesAddUp() throws InterruptedException {
    TestClock clock = TestClock.at(START);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Instant> advance = () -> clock.advance(Duration.ofMillis(1));
      threads.invokeAll(IntStream.range(0, 1_000).mapToObj(i -> advance).toList());
    } finally {
      threads.shutdownNow();
    }
    assertEquals(START.plusSeconds(1), clock.instant());
  }
}
