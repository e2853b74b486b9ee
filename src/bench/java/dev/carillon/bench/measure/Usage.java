package dev.carillon.bench.measure;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What was used up to an instant; two of them make a difference.
 *
 * @param system CPU seconds of the contestant's JVMs
 * @param broker CPU seconds of the server that carries its messages; 0 if there is none
 * @param postgres CPU seconds of the server
 * @param harness CPU seconds of this JVM
 * @param machine CPU seconds of everything
 * @param statements that the contestant has sent, with begin, commit and set
 * @param lsn where the write-ahead log ends
 */
public record Usage(
    long nanos,
    double system,
    double broker,
    double postgres,
    double harness,
    double machine,
    long statements,
    String lsn) {

  private static final String STATEMENTS =
      """
      select coalesce(sum(s.calls), 0)::bigint
      from pg_stat_statements s
      where s.dbid = (select oid from pg_database where datname = current_database())
        and s.userid <> current_user::regrole::oid
      """;

  private static final String FULL_PAGES =
      """
      select coalesce(sum(fpi_size), 0)::bigint from pg_get_wal_stats(?::pg_lsn, ?::pg_lsn)
      """;

  /**
   * @param sql to the contestant's database, as the harness
   */
  public static Usage now(
      List<ProcessHandle> processes, Optional<ProcessHandle> broker, Postgres postgres, Sql sql)
      throws SQLException {
    String lsn = sql.text("select pg_current_wal_lsn()");
    long statements = sql.number(STATEMENTS);
    return new Usage(
        System.nanoTime(),
        processes.stream().mapToDouble(Cpu::of).sum(),
        broker.map(Cpu::of).orElse(0.0),
        postgres.cpu(),
        Cpu.of(ProcessHandle.current()),
        Cpu.ofMachine(),
        statements,
        lsn);
  }

  public double secondsSince(Usage before) {
    return (nanos - before.nanos) / 1e9;
  }

  /** How many cores were busy with what is none of ours. */
  public double othersSince(Usage before) {
    double ours =
        system
            - before.system
            + (broker - before.broker)
            + (postgres - before.postgres)
            + (harness - before.harness);
    return Math.max(0, (machine - before.machine - ours) / secondsSince(before));
  }

  public long walSince(Usage before, Sql sql) throws SQLException {
    return sql.number("select pg_wal_lsn_diff(?::pg_lsn, ?::pg_lsn)::bigint", lsn, before.lsn);
  }

  /** The part of it that is whole pages, written at the first change after a checkpoint. */
  public long fullPagesSince(Usage before, Sql sql) throws SQLException {
    return sql.number(FULL_PAGES, before.lsn, lsn);
  }
}
