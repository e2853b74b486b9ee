package dev.carillon.gate;

/** The gate's table, by the reactive client. */
final class ReactiveGateSql {

  private ReactiveGateSql() {}

  static final String SAVE =
      """
      savepoint carillon_gate
      """;

  static final String UNDO =
      """
      rollback to savepoint carillon_gate
      """;

  static final String RELEASE =
      """
      release savepoint carillon_gate
      """;

  /**
   * Waits for a transaction that has the key and is not over: the row is there once that commits,
   * and free once it rolls back. $1 key, $2 effect.
   */
  static final String APPLY =
      """
      insert into carillon_applied_keys (key, effect) values ($1, $2)
      on conflict (key, effect) do nothing
      """;

  /** $1 key, $2 effect, $3 result. */
  static final String KEEP =
      """
      update carillon_applied_keys set result = $3 where key = $1 and effect = $2
      """;

  /** $1 key, $2 effect. */
  static final String RESULT =
      """
      select result from carillon_applied_keys where key = $1 and effect = $2
      """;
}
