package dev.carillon.tenancy;

import dev.carillon.pg.Pg;

/** Tenants' transactions without Quarkus: for statements, not for entities. */
public final class TestTenancy {

  private TestTenancy() {}

  public static TenantTransactions transactions(Pg pg) {
    return new TenantTransactions(pg);
  }
}
