package dev.carillon.time.civil;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ClockTimesTest {

  private static ClockTimes random(Random random) {
    return new ClockTimes(bits(random, 24), bits(random, 60), bits(random, 60));
  }

  private static long bits(Random random, int count) {
    long bits = 1L << random.nextInt(count);
    for (int i = random.nextInt(4); i > 0; i--) {
      bits |= random.nextBoolean() ? 1L << random.nextInt(count) : (1L << count) - 1;
    }
    return bits;
  }

  @Test
  void placesInTheDayAreThoseOfAWalkThroughIt() {
    Random random = new Random(5545);
    for (int i = 0; i < 40; i++) {
      ClockTimes times = random(random);
      int index = 0;
      for (int time = 0; time < 86_400; time++) {
        boolean isOne = times.next(time) == time;
        assertEquals(isOne, times.contains(time));
        assertEquals(index, times.before(time));
        if (isOne) {
          assertEquals(time, times.get(index++));
        }
      }
      assertEquals(index, times.count());
    }
  }
}
