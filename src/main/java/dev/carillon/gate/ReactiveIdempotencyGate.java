package dev.carillon.gate;

import dev.carillon.IdempotencyGate;
import dev.carillon.IdempotencyGate.Applied;
import dev.carillon.RunContext;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * As {@link IdempotencyGate}, without blocking.
 *
 * <pre>{@code
 * public CompletionStage<Outcome> handle(RunContext run) {
 *   return pool.withTransaction(connection ->
 *           Future.fromCompletionStage(gate.once(connection, run, () -> pay(connection, run))))
 *       .map(payout -> Outcome.success(Map.of("receipt", payout.result())))
 *       .toCompletionStage();
 * }
 * }</pre>
 *
 * <p>Of Mutiny's connection, take {@code getDelegate()}. A statement that fails ends the whole
 * transaction: this client rolls it back by itself, whatever the caller does.
 */
public final class ReactiveIdempotencyGate {

  private static final String NO_TRANSACTION = "25P01";

  /** A change on the same connection; what its stage completes with is kept, null too. */
  @FunctionalInterface
  public interface Effect extends Supplier<CompletionStage<@Nullable String>> {}

  /** The only effect of a run. */
  public CompletionStage<Applied> once(SqlConnection connection, RunContext run, Effect effect) {
    return once(connection, run.idempotencyKey(), IdempotencyGate.ONLY, effect);
  }

  /**
   * @param connection in a transaction that the caller commits; nothing else may be sent on it
   *     until the stage completes, but by the effect
   * @param key of the run, {@link RunContext#idempotencyKey()}
   * @param name of the effect, where a run has several; each happens once
   * @return fails as the effect did, and then neither it nor its key is there, even if the caller
   *     commits; with an IllegalStateException when the connection is in no transaction
   */
  public CompletionStage<Applied> once(
      SqlConnection connection, String key, String name, Effect effect) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(name, "name");
    Tuple id = Tuple.of(key, name);
    return run(connection, ReactiveGateSql.SAVE, Tuple.tuple())
        .recover(failure -> Future.failedFuture(asPlainWords(failure)))
        .compose(saved -> guarded(connection, id, effect))
        .toCompletionStage();
  }

  private static Future<Applied> guarded(SqlConnection connection, Tuple id, Effect effect) {
    return run(connection, ReactiveGateSql.APPLY, id)
        .compose(
            applied ->
                applied.rowCount() == 0 ? before(connection, id) : now(connection, id, effect))
        .recover(failure -> undone(connection, failure))
        .compose(
            applied ->
                run(connection, ReactiveGateSql.RELEASE, Tuple.tuple()).map(released -> applied));
  }

  private static Future<Applied> before(SqlConnection connection, Tuple id) {
    return run(connection, ReactiveGateSql.RESULT, id)
        .map(
            rows ->
                new Applied(false, rows.size() == 0 ? null : rows.iterator().next().getString(0)));
  }

  private static Future<Applied> now(SqlConnection connection, Tuple id, Effect effect) {
    return Future.succeededFuture()
        .compose(go -> Future.fromCompletionStage(effect.get()))
        .compose(
            result ->
                result == null
                    ? Future.succeededFuture(new Applied(true, null))
                    : run(
                            connection,
                            ReactiveGateSql.KEEP,
                            Tuple.of(id.getString(0), id.getString(1), result))
                        .map(kept -> new Applied(true, result)));
  }

  /** Where undoing fails too, the connection is gone, and its transaction with it. */
  private static Future<Applied> undone(SqlConnection connection, Throwable failure) {
    return run(connection, ReactiveGateSql.UNDO, Tuple.tuple())
        .transform(undone -> Future.failedFuture(failure));
  }

  private static Throwable asPlainWords(Throwable failure) {
    return failure instanceof PgException error && NO_TRANSACTION.equals(error.getSqlState())
        ? new IllegalStateException(
            "the connection is in no transaction, so that the effect and its key could not stand or"
                + " fall together; begin one before, as pool.withTransaction does",
            failure)
        : failure;
  }

  private static Future<RowSet<Row>> run(SqlConnection connection, String sql, Tuple values) {
    return connection.preparedQuery(sql).execute(values);
  }
}
