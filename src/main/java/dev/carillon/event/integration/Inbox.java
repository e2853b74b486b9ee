package dev.carillon.event.integration;

import dev.carillon.event.integration.RequestMeters.Result;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** Grants a request once: its row and its run in one transaction. */
final class Inbox {

  private static final Runnable NOTHING = () -> {};

  private final TenantTransactions transactions;
  private final InstantSource clock;

  Inbox(TenantTransactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  /** What came of a transaction, and what follows its commit. */
  private record Received(Result result, Runnable afterCommit) {}

  /**
   * Completes when the run is committed, or was before. Fails with a {@link RefusedException} when
   * there can be none, and leaves no trace then.
   */
  Uni<Result> receive(Request request) {
    Requester requester = request.requester();
    return transactions
        .statements(requester.tenant(), statements -> receive(statements, request))
        .invoke(received -> received.afterCommit().run())
        .map(Received::result);
  }

  private Uni<Received> receive(Statements statements, Request request) {
    Tuple row =
        identity(request)
            .addUUID(request.wanted().run())
            .addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC));
    return statements
        .query(InboxSql.RECEIVE, row)
        .flatMap(
            inserted ->
                inserted.rowCount() == 0
                    ? Uni.createFrom().item(new Received(Result.REPEATED, NOTHING))
                    : make(statements, request));
  }

  private static Uni<Received> make(Statements statements, Request request) {
    return request
        .wanted()
        .make(statements, request.requester())
        .call(made -> pointTo(statements, request, made))
        .map(made -> new Received(result(request, made), made.afterCommit()));
  }

  private static Result result(Request request, RunRequests.Made made) {
    return made.run().equals(request.wanted().run()) ? Result.CREATED : Result.REPEATED;
  }

  private static Uni<?> pointTo(Statements statements, Request request, RunRequests.Made made) {
    return result(request, made) == Result.CREATED
        ? Uni.createFrom().voidItem()
        : statements.query(InboxSql.POINT_TO, identity(request).addUUID(made.run()));
  }

  private static Tuple identity(Request request) {
    return Tuple.tuple()
        .addString(request.requester().tenant().id())
        .addString(request.source())
        .addString(request.id());
  }
}
