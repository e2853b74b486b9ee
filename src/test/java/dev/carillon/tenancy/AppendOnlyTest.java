package dev.carillon.tenancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was tried, and what was said of it, is never changed: by no role, and in no partition. */
class AppendOnlyTest {

  private static final String NO_PRIVILEGE = "42501";
  private static final String RESTRICTED = "23001";

  private static final TestPostgres.Database DATABASE = TestPostgres.migrated();

  private Connection connection;

  @BeforeAll
  static void fill() {
    DATABASE.execute(
        "select carillon_make_partitions(now() + interval '2 years', 0)",
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, finished_at)
        select carillon_uuid_floor(at), 1, 1, 'a', 'FAILED', now()
        from unnest(array[timestamptz '2001-01-01Z', now(), now() + interval '2 years']) as at
        """,
        """
        insert into attempt_logs (run_id, attempt, part, tenant_id, text)
        select run_id, attempt, 0, 'a', 'a line' from attempts
        """);
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = DATABASE.connect();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.rollback();
    connection.close();
  }

  @ParameterizedTest
  @CsvSource({
    "carillon_api, update attempts set outcome = 'SUCCEEDED'",
    "carillon_api, delete from attempts",
    "carillon_api, update attempt_logs set text = ''",
    "carillon_api, delete from attempt_logs",
    "carillon_api, 'insert into attempt_logs select * from attempt_logs'",
    "carillon_engine, update attempts set outcome = 'SUCCEEDED'",
    "carillon_engine, update attempt_logs set text = ''"
  })
  void isRefusedToBothRoles(String role, String sql) throws SQLException {
    enter(role);

    assertEquals(NO_PRIVILEGE, refused(sql));
  }

  @ParameterizedTest
  @ValueSource(strings = {"attempts set outcome = 'SUCCEEDED'", "attempt_logs set text = ''"})
  void isRefusedToTheOwnerOfTheTablesInEveryPartition(String change) throws SQLException {
    for (String at :
        new String[] {"timestamptz '2001-01-01Z'", "now()", "now() + interval '2 years'"}) {
      String one =
          " where run_id = (select run_id from attempts where run_id <= carillon_uuid_floor("
              + at
              + ") order by run_id desc limit 1)";

      assertEquals(RESTRICTED, refused("update " + change + one), at);
    }
  }

  @Test
  void isDeletedByRetentionOnly() throws SQLException {
    enter("carillon_engine");

    try (Statement statement = connection.createStatement()) {
      assertEquals(3, statement.executeUpdate("delete from attempts"));
      assertEquals(3, statement.executeUpdate("delete from attempt_logs"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"attempt_logs", "run_progress"})
  void showsATenantItsOwnRowsOnly(String table) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "insert into run_progress select distinct on (run_id) run_id, 'a', 1, 0.5, null, now() from attempts");
      enter("carillon_api");
      assertEquals(3, count(statement, table));
      statement.execute("select set_config('carillon.tenant', 'b', true)");
      assertEquals(0, count(statement, table));
    }
  }

  private static long count(Statement statement, String table) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void enter(String role) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "select set_config('role', '"
              + role
              + "', true), set_config('carillon.tenant', 'a', true)");
    }
  }

  /** By which state of SQL it is refused; the transaction goes on. */
  private String refused(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("savepoint before");
      SQLException refused = assertThrows(SQLException.class, () -> statement.execute(sql), sql);
      statement.execute("rollback to savepoint before");
      return refused.getSQLState();
    }
  }
}
