package dev.carillon.tenancy;

/** How a transaction becomes a tenant's. */
final class EnterTenantSql {

  /** Both until the transaction's end only: the connection goes back to its pool as it came. */
  static final String ENTER_TENANT =
      """
      select set_config('role', 'carillon_api', true), set_config('carillon.tenant', $1, true)
      """;

  private EnterTenantSql() {}
}
