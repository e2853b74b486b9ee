package dev.carillon.catalog;

import dev.carillon.catalog.params.ParamsSchemas;
import dev.carillon.event.integration.RunRequests;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.tenancy.TestTenancy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** The write side without Quarkus. */
public final class TestCatalog {

  private TestCatalog() {}

  public static RunRequests requests(
      TenantTransactions transactions, Vertx vertx, Notices notices, InstantSource clock) {
    Ids ids = new Ids();
    return new RequestedRuns(
        runs(transactions, clock), new DueNotices(vertx, notices, clock), clock, ids);
  }

  /** What people do to runs of the default tenant; each says whether it was done, not refused. */
  public interface Operator {

    boolean cancel(UUID run);

    boolean retry(UUID run);

    boolean discard(UUID run);
  }

  public static Operator operator(Pg pg, InstantSource clock) {
    TenantTransactions transactions = TestTenancy.transactions(pg);
    Requester requester = new Requester(Tenant.DEFAULT, null);
    Runs runs = runs(transactions, clock);
    RunCancel cancel = new RunCancel(runs, clock);
    RunRevival revival = new RunRevival(runs, clock);
    return new Operator() {
      @Override
      public boolean cancel(UUID run) {
        return done(
            transactions.statements(
                Tenant.DEFAULT, s -> cancel.cancel(s, requester, run.toString())));
      }

      @Override
      public boolean retry(UUID run) {
        return done(
            transactions.statements(
                Tenant.DEFAULT, s -> revival.one(s, requester, run.toString(), Revival.RETRY)));
      }

      @Override
      public boolean discard(UUID run) {
        return done(
            transactions.statements(
                Tenant.DEFAULT, s -> revival.one(s, requester, run.toString(), Revival.DISCARD)));
      }
    };
  }

  static Runs runs(TenantTransactions transactions, InstantSource clock) {
    return new Runs(transactions, clock, new Ids(), new FittingParams(new ParamsSchemas()));
  }

  private static boolean done(Uni<?> work) {
    try {
      work.subscribeAsCompletionStage().toCompletableFuture().join();
      return true;
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof Refusal) {
        return false;
      }
      throw refused;
    }
  }
}
