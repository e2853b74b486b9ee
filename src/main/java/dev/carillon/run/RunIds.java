package dev.carillon.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Identifiers in the form of UUIDv7 (RFC 9562 §5.7): 48 bits of Unix time in milliseconds, then 74
 * bits that tell ids of the same millisecond apart.
 */
public final class RunIds {

  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private RunIds() {}

  /** A new id, made at the given instant. */
  public static UUID random(Instant at, RandomGenerator random) {
    return assemble(at.toEpochMilli(), random.nextLong(), random.nextLong());
  }

  /**
   * The id of a fire: its instant and a hash of (tenant, schedule key, instant). Whoever plans the
   * same fire twice, also across deletion and re-creation of the schedule, makes the same id, and
   * the primary key of {@code runs} keeps one of them.
   *
   * @param fireAt after zone, DST and deduplication, before jitter
   */
  public static UUID ofFire(String tenant, String scheduleKey, Instant fireAt) {
    byte[] hash =
        sha256(
            tenant + '\n' + scheduleKey + '\n' + fireAt.getEpochSecond() + '.' + fireAt.getNano());
    return assemble(fireAt.toEpochMilli(), longAt(hash, 0), longAt(hash, 8));
  }

  /**
   * An id that is the same whenever it is derived from the same id and name, with the given instant
   * in front.
   */
  public static UUID derived(Instant at, UUID from, long discriminator) {
    byte[] hash = sha256(from.toString() + '\n' + discriminator);
    return assemble(at.toEpochMilli(), longAt(hash, 0), longAt(hash, 8));
  }

  private static UUID assemble(long epochMillis, long high, long low) {
    // Fires before 1970 keep their place at the very front: 48 bits hold no negative time.
    long millis = Math.max(epochMillis, 0) & 0xFFFF_FFFF_FFFFL;
    return new UUID(
        millis << 16 | VERSION_7 | high & 0x0FFFL, VARIANT | low & 0x3FFF_FFFF_FFFF_FFFFL);
  }

  private static long longAt(byte[] bytes, int offset) {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << 8 | bytes[offset + i] & 0xFF;
    }
    return value;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
