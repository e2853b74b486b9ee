package dev.carillon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The gate's table, by JDBC. */
final class AppliedKeysSql {

  private static final String FILE = "/db/carillon-gate/R__carillon_applied_keys.sql";

  private AppliedKeysSql() {}

  /**
   * Waits for a transaction that has the key and is not over: the row is there once that commits,
   * and free once it rolls back. ? key, ? effect.
   */
  static final String APPLY =
      """
      insert into carillon_applied_keys (key, effect) values (?, ?)
      on conflict (key, effect) do nothing
      """;

  /** ? result, ? key, ? effect. */
  static final String KEEP =
      """
      update carillon_applied_keys set result = ? where key = ? and effect = ?
      """;

  /** ? key, ? effect. */
  static final String RESULT =
      """
      select result from carillon_applied_keys where key = ? and effect = ?
      """;

  /** ? before when, ? how many at most. */
  static final String FORGET =
      """
      delete from carillon_applied_keys
      where ctid = any(array(select ctid from carillon_applied_keys where applied_at < ? limit ?))
      """;

  /**
   * {@code if not exists} alone fails for whoever comes second at the same time. The number is this
   * lock's own, out of the air.
   */
  static final String LOCK =
      """
      select pg_advisory_xact_lock(7308624913042)
      """;

  /** All of it, in one go. */
  static String create() {
    try (InputStream file = AppliedKeysSql.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new IllegalStateException(FILE + " is missing in Carillon's jar");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
