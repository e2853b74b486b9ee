package dev.carillon.time;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;

/**
 * Spreads the fires of many schedules that are due at one instant: each is put off by a part of the
 * longest delay that depends on the schedule and the fire alone, so that whoever works it out comes
 * to the same.
 *
 * @param seed of the schedule: two with different seeds are spread apart
 * @param most the longest delay, exclusive; zero: none
 */
public record Jitter(String seed, Duration most) {

  public static final Jitter NONE = new Jitter("", Duration.ZERO);

  /** Of a schedule, and of a preview that is given the schedule's key as its seed. */
  public static Jitter of(String tenant, String scheduleKey, Duration most) {
    return new Jitter(tenant + '\n' + scheduleKey, most);
  }

  /** When a fire is due, to the millisecond: not before it, and less than {@code most} after it. */
  public Instant due(Instant fire) {
    if (most.isZero()) {
      return fire;
    }
    return fire.plusMillis(Long.remainderUnsigned(hash(fire), most.toMillis()));
  }

  private long hash(Instant fire) {
    String text = seed + '\n' + fire.getEpochSecond() + '.' + fire.getNano();
    byte[] bytes;
    try {
      bytes = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << 8 | bytes[i] & 0xFF;
    }
    return value;
  }
}
