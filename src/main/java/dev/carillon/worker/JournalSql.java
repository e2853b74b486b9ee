package dev.carillon.worker;

/** What handlers write down, many attempts in one statement. */
final class JournalSql {

  private JournalSql() {}

  /**
   * Parts of logs; one that was written before, by a statement whose answer was lost, stays as it
   * is. Arrays, one element a part: $1 runs, $2 attempts, $3 numbers of the parts, $4 tenants, $5
   * texts.
   */
  static final String APPEND =
      """
      insert into attempt_logs (run_id, attempt, part, tenant_id, text)
      select u.run_id, u.attempt, u.part, u.tenant_id, u.text
      from unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[]) as u(run_id, attempt, part, tenant_id, text)
      on conflict do nothing
      """;

  /**
   * How far attempts say they are, each run once. A former attempt has no say any more. Arrays, one
   * element a run: $1 runs, $2 attempts, $3 tenants, $4 fractions, $5 notes, $6 instants.
   */
  static final String PROGRESS =
      """
      insert into run_progress as p (run_id, attempt, tenant_id, fraction, note, at)
      select u.run_id, u.attempt, u.tenant_id, u.fraction, u.note, u.at
      from unnest($1::uuid[], $2::int[], $3::text[], $4::float8[], $5::text[], $6::timestamptz[])
        as u(run_id, attempt, tenant_id, fraction, note, at)
      order by u.run_id
      on conflict (run_id) do update
      set attempt = excluded.attempt, fraction = excluded.fraction, note = excluded.note, at = excluded.at
      where p.attempt <= excluded.attempt
      """;

  /** Attempts that have ended. Arrays, one element a run: $1 runs, $2 attempts. */
  static final String FORGET_PROGRESS =
      """
      delete from run_progress p
      using unnest($1::uuid[], $2::int[]) as u(run_id, attempt)
      where p.run_id = any($1) and p.run_id = u.run_id and p.attempt = u.attempt
      """;
}
