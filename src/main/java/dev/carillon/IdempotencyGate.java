package dev.carillon;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes an effect of a handler on its own database happen once, however often the run is tried: the
 * effect and a row that tells of it are committed together, or neither is.
 *
 * <pre>{@code
 * public Outcome handle(RunContext run) throws SQLException {
 *   try (Connection connection = dataSource.getConnection()) {
 *     connection.setAutoCommit(false);
 *     IdempotencyGate.Applied payout = gate.once(connection, run, () -> pay(connection, run));
 *     connection.commit();
 *     return Outcome.success(Map.of("receipt", payout.result()));
 *   }
 * }
 * }</pre>
 *
 * <p>Attempts of a run can overlap: a worker that was taken for dead may be at it still. Whoever
 * comes second waits until the transaction of the first is over, and then finds the effect applied,
 * or, when that was rolled back, applies it. The transaction decides, and nothing else: a process
 * that dies before its commit has applied nothing.
 *
 * <p>It needs PostgreSQL and the table {@code carillon_applied_keys} where the connection looks for
 * tables: {@link #createTable} makes it, as does Flyway with {@code classpath:db/carillon-gate}
 * among its locations. A gate has no state; one is enough, and any thread may use it. For reactive
 * clients there is {@code dev.carillon.gate.ReactiveIdempotencyGate}.
 */
public final class IdempotencyGate {

  /** The only effect of a run, where it has one. */
  public static final String ONLY = "";

  private static final int FORGOTTEN_AT_ONCE = 10_000;

  /**
   * What came of it.
   *
   * @param now whether this call has applied it; false: it was applied before
   * @param result what the effect answered then; null: nothing
   */
  public record Applied(boolean now, @Nullable String result) {}

  /** A change on the same connection; what it answers is kept for those who come after. */
  @FunctionalInterface
  public interface Effect {
    @Nullable String apply() throws SQLException;
  }

  /** The only effect of a run. */
  public Applied once(Connection connection, RunContext run, Effect effect) throws SQLException {
    return once(connection, run.idempotencyKey(), ONLY, effect);
  }

  /**
   * @param connection in a transaction that the caller commits
   * @param key of the run, {@link RunContext#idempotencyKey()}
   * @param name of the effect, where a run has several; each happens once
   * @param effect may use the connection only, and neither commit nor roll back
   * @throws SQLException the database's own, or the effect's: then neither the effect nor its key
   *     is there, even if the caller commits
   * @throws IllegalStateException when the connection commits each statement
   */
  public Applied once(Connection connection, String key, String name, Effect effect)
      throws SQLException {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(name, "name");
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(
          "the connection commits each statement, so that the effect and its key could not stand or"
              + " fall together; call setAutoCommit(false) before, and commit() after");
    }
    run(connection, "savepoint carillon_gate");
    Applied applied;
    try {
      applied =
          update(connection, AppliedKeysSql.APPLY, key, name) == 0
              ? new Applied(false, result(connection, key, name))
              : new Applied(true, kept(connection, key, name, effect.apply()));
    } catch (SQLException | RuntimeException | Error failure) {
      undo(connection, failure);
      throw failure;
    }
    run(connection, "release savepoint carillon_gate");
    return applied;
  }

  /** By a statement: a connection in a transaction manager's hands refuses the method for it. */
  private static void undo(Connection connection, Throwable failure) {
    try {
      run(connection, "rollback to savepoint carillon_gate");
    } catch (SQLException lost) {
      // The connection is gone, and its transaction with it.
      failure.addSuppressed(lost);
    }
  }

  private static @Nullable String kept(
      Connection connection, String key, String name, @Nullable String result) throws SQLException {
    if (result != null) {
      update(connection, AppliedKeysSql.KEEP, result, key, name);
    }
    return result;
  }

  private static @Nullable String result(Connection connection, String key, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(AppliedKeysSql.RESULT)) {
      statement.setString(1, key);
      statement.setString(2, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }

  /**
   * Makes the gate's table unless it is there; any number of processes may at once.
   *
   * @param connection commits by itself, or in a transaction that the caller commits
   */
  public void createTable(Connection connection) throws SQLException {
    boolean alone = connection.getAutoCommit();
    if (alone) {
      connection.setAutoCommit(false);
    }
    try {
      run(connection, AppliedKeysSql.LOCK);
      run(connection, AppliedKeysSql.create());
      if (alone) {
        connection.commit();
      }
    } catch (SQLException failure) {
      if (alone) {
        connection.rollback();
      }
      throw failure;
    } finally {
      if (alone) {
        connection.setAutoCommit(true);
      }
    }
  }

  /**
   * Forgets what was applied before an instant, at most 10,000 at once: to be called again until it
   * answers less. A run that is tried after its key was forgotten is applied again, so keep keys
   * longer than runs can be retried, by operators too; a month costs little.
   *
   * @return how many were forgotten
   */
  public int forget(Connection connection, Instant before) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(AppliedKeysSql.FORGET)) {
      statement.setObject(1, before.atOffset(ZoneOffset.UTC));
      statement.setInt(2, FORGOTTEN_AT_ONCE);
      return statement.executeUpdate();
    }
  }

  private static int update(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
