package dev.carillon.catalog;

import dev.carillon.catalog.params.ParamsSchemas;
import dev.carillon.event.integration.RunRequests;
import dev.carillon.pg.Notices;
import dev.carillon.tenancy.TenantTransactions;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/** The write side without Quarkus. */
public final class TestCatalog {

  private TestCatalog() {}

  public static RunRequests requests(
      TenantTransactions transactions, Vertx vertx, Notices notices, InstantSource clock) {
    Ids ids = new Ids();
    return new RequestedRuns(
        new Runs(transactions, clock, ids, new FittingParams(new ParamsSchemas())),
        new DueNotices(vertx, notices, clock),
        clock,
        ids);
  }
}
