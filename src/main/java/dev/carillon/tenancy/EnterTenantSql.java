package dev.carillon.tenancy;

/** How a transaction becomes a tenant's. */
final class EnterTenantSql {

  /**
   * All until the transaction's end only: the connection goes back to its pool as it came. A
   * statement may take 15 s, a hundred times what any of a request's does, and a transaction may do
   * nothing for 10 s: whoever waits for its locks does not wait for ever.
   */
  static final String ENTER_TENANT =
      """
      select set_config('role', 'carillon_api', true), set_config('carillon.tenant', $1, true),
             set_config('statement_timeout', '15s', true),
             set_config('idle_in_transaction_session_timeout', '10s', true)
      """;

  private EnterTenantSql() {}
}
