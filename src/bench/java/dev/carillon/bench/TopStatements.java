package dev.carillon.bench;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Where the server's time goes: for whoever wants to make it less. */
final class TopStatements {

  private static final String TOP =
      """
      select s.calls, s.rows, s.total_plan_time, s.total_exec_time,
             s.total_plan_time / greatest(s.calls, 1) as plan_each, s.total_exec_time / greatest(s.calls, 1) as exec_each,
             s.wal_bytes / greatest(s.calls, 1) as wal_each,
             left(regexp_replace(regexp_replace(s.query, '--[^\\n]*', '', 'g'), '\\s+', ' ', 'g'), 90) as query
      from pg_stat_statements s
      where s.dbid = (select oid from pg_database where datname = current_database())
        and s.userid <> current_user::regrole::oid
      order by s.total_plan_time + s.total_exec_time desc
      limit 12
      """;

  private TopStatements() {}

  static void print(Postgres postgres, Contestant contestant) throws SQLException {
    System.out.printf("%nStatements of %s, warm-up and all; milliseconds%n", contestant.name());
    System.out.printf(
        "%8s %9s %10s %10s %9s %9s %9s%n",
        "calls", "rows", "planning", "executing", "plan each", "exec each", "WAL each");
    try (Sql sql = postgres.connect(contestant.database());
        PreparedStatement statement = sql.connection().prepareStatement(TOP);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        System.out.printf(
            "%8d %9d %10.0f %10.0f %9.3f %9.3f %9d  %s%n",
            rows.getLong(1),
            rows.getLong(2),
            rows.getDouble(3),
            rows.getDouble(4),
            rows.getDouble(5),
            rows.getDouble(6),
            rows.getLong(7),
            rows.getString(8));
      }
    }
  }
}
