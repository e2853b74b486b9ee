package dev.carillon.samples;

/** The sample's own table. */
final class LedgerSql {

  private LedgerSql() {}

  /** Nothing in it keeps a line from being written twice: that is what the gate is for. */
  static final String CREATE =
      """
      create table if not exists sample_ledger (
        run_id     uuid        not null,
        attempt    integer     not null,
        written_at timestamptz not null default now()
      )
      """;

  /** ? run, ? attempt. */
  static final String WRITE = "insert into sample_ledger (run_id, attempt) values (?, ?)";
}
