package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.RunChange;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.catalog.input.RunSelection;
import dev.carillon.pg.Statements;
import dev.carillon.run.RunState;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.tenancy.TestTenancy;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What operators do, without Quarkus. */
final class Operators {

  private static final Requester REQUESTER = new Requester(new Tenant(EngineFixture.TENANT), null);

  private final TenantTransactions transactions;
  private final Runs runs;
  private final RunRevival revival;
  private final RunBulk bulk;
  private final RunCancel cancel;
  private final RunEdit edit;
  private final RunNotices notices;
  private final RunList list;
  private final RunShown shown;
  final RunWaits waits;

  Operators(EngineFixture engine) {
    transactions = TestTenancy.transactions(engine.pg);
    runs = TestCatalog.runs(transactions, EngineFixture.REAL);
    revival = new RunRevival(runs, EngineFixture.REAL);
    bulk = new RunBulk(revival);
    cancel = new RunCancel(runs, EngineFixture.REAL);
    edit = new RunEdit(runs, EngineFixture.REAL);
    notices =
        new RunNotices(
            new DueNotices(engine.vertx, engine.notices, EngineFixture.REAL), engine.notices);
    list = new RunList(transactions, EngineFixture.REAL);
    waits = new RunWaits(engine.vertx, engine.pg);
    shown = new RunShown(runs, waits, engine.pg, EngineFixture.REAL);
  }

  RunView revive(UUID run, Revival what) {
    RunRevival.Revived revived =
        await((statements, as) -> revival.one(statements, as, run.toString(), what));
    notices.tell(revived.news());
    return revived.run();
  }

  /** Within other bounds than an operator's. */
  RunBulk.Matched all(String selection, Revival what, RunBulk.Bounds bounds) {
    return all(selection, what, new RunBulk(revival, bounds));
  }

  RunBulk.Matched all(String selection, Revival what) {
    return all(selection, what, bulk);
  }

  private RunBulk.Matched all(String selection, Revival what, RunBulk in) {
    RunSelection read =
        RunSelection.read(
            JsonText.read(selection.replace('\'', '"'), ObjectNode.class), what.states());
    RunBulk.Result result = await((statements, as) -> in.all(statements, as, read, what));
    notices.tell(result.news());
    return result.matched();
  }

  /** Does something before what was revived is committed. */
  void revive(UUID run, Revival what, Runnable meanwhile) {
    await(
        (statements, as) ->
            revival
                .one(statements, as, run.toString(), what)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .invoke(meanwhile));
  }

  RunView cancel(UUID run) {
    return await((statements, as) -> cancel.cancel(statements, as, run.toString())).run();
  }

  RunView edit(UUID run, String patch) {
    RunChange change = RunChange.read(JsonText.read(patch.replace('\'', '"'), ObjectNode.class));
    RunEdit.Edited edited =
        await((statements, as) -> edit.change(statements, as, run.toString(), tag -> true, change));
    notices.tell(edited.news());
    return edited.run();
  }

  /**
   * Asks for a run.
   *
   * @param before told of each statement before it is executed
   */
  UUID request(String body, Consumer<String> before) {
    RunRequest read = RunReader.read(JsonText.read(body.replace('\'', '"'), ObjectNode.class));
    return this.<Runs.Requested>await(
            (statements, as) ->
                runs.request(
                    (sql, parameters) -> {
                      before.accept(sql);
                      return statements.query(sql, parameters);
                    },
                    as,
                    read))
        .run()
        .id();
  }

  RunView get(UUID run, @Nullable Duration wait) {
    return shown
        .get(REQUESTER.tenant(), run.toString(), wait)
        .await()
        .atMost(Duration.ofSeconds(90));
  }

  Page<RunView> list(RunState state, @Nullable UUID after, int limit) {
    return list.list(
            REQUESTER.tenant(), new RunFilter(state, null, null, null, null, null), after, limit)
        .await()
        .atMost(Duration.ofSeconds(30));
  }

  private <T> T await(BiFunction<Statements, Requester, Uni<T>> work) {
    return transactions
        .statements(REQUESTER.tenant(), statements -> work.apply(statements, REQUESTER))
        .await()
        .atMost(Duration.ofSeconds(60));
  }
}
