package dev.carillon.tenancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.provider.ValueSource;

/** Raw SQL under the role that requests have, with no predicate on the tenant. */
class RowLevelSecurityTest {

  private static final String ID = "'01890000-0000-7000-8000-000000000001'";

  private static final TestPostgres.Database DATABASE = TestPostgres.migrated();

  private Connection connection;

  @BeforeAll
  static void fillForOneTenant() {
    DATABASE.execute(
        "insert into jobs (id, tenant_id, key, target, retry, timeout_ms, created_at, updated_at) values ("
            + ID
            + ", 'a', 'k', '{}', '{}', 1, now(), now())",
        "insert into schedules (id, tenant_id, key, job_id, trigger, created_at, updated_at) values ("
            + ID
            + ", 'a', 'k', "
            + ID
            + ", '{}', now(), now())",
        "insert into clock (schedule_id, tenant_id, enabled) values (" + ID + ", 'a', true)",
        "insert into runs (id, tenant_id, due_at, created_at, priority) values ("
            + ID
            + ", 'a', now(), now(), 2)",
        "insert into queue (id, tenant_id, due_at, priority, queue) values ("
            + ID
            + ", 'a', now(), 2, 'q')",
        "insert into attempts (run_id, generation, attempt, tenant_id, outcome, finished_at) values ("
            + ID
            + ", 1, 1, 'a', 'FAILED', now())",
        "insert into dedupe_keys (tenant_id, namespace, key, run_id) values ('a', 'run', 'k', "
            + ID
            + ")",
        "insert into idempotency_keys (tenant_id, key, request_hash, status, headers, created_at)"
            + " values ('a', 'k', '', 200, '{}', now())",
        "insert into inbox (tenant_id, source, event_id, run_id, received_at)"
            + " values ('a', '/shop', 'e', "
            + ID
            + ", now())",
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at) values ("
            + ID
            + ", 'a', 'k', '{}', now(), now())",
        "insert into groups (id, tenant_id, mode, on_failure, created_at, updated_at) values ("
            + ID
            + ", 'a', 'PARALLEL', 'STOP', now(), now())",
        "insert into group_ends (group_id, tenant_id) values (" + ID + ", 'a')");
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
  @ValueSource(
      strings = {
        "jobs",
        "schedules",
        "clock",
        "runs",
        "queue",
        "attempts",
        "dedupe_keys",
        "idempotency_keys",
        "inbox",
        "calendars",
        "groups",
        "group_ends"
      })
  void showsATenantItsOwnRowsOnly(String table) throws SQLException {
    enter("a");
    assertEquals(1, count(table));
    connection.rollback();

    enter("b");
    assertEquals(0, count(table));
    connection.rollback();

    execute("set local role carillon_api");
    assertEquals(0, count(table), "nobody's request sees nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update jobs set name = 'x'",
        "update schedules set name = 'x'",
        "update clock set revision = 9",
        "update queue set cancel_requested = true",
        "delete from runs",
        "delete from queue",
        "update inbox set run_id = gen_random_uuid()",
        "delete from schedules",
        "delete from dedupe_keys",
        "delete from idempotency_keys",
        "update calendars set definition = '{}'",
        "delete from calendars",
        "update groups set status = 'CANCELED'",
        "delete from groups"
      })
  void changesNothingOfAnotherTenant(String statement) throws SQLException {
    enter("b");

    try (Statement sql = connection.createStatement()) {
      assertEquals(0, sql.executeUpdate(statement));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into runs (id, tenant_id, due_at, created_at, priority)"
            + " values ('01890000-0000-7000-8000-000000000002', 'a', now(), now(), 2)",
        "insert into dedupe_keys (tenant_id, namespace, key, run_id)"
            + " values ('a', 'run', 'other', gen_random_uuid())",
        "insert into inbox (tenant_id, source, event_id, run_id, received_at)"
            + " values ('a', '/shop', 'other', gen_random_uuid(), now())",
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " values (gen_random_uuid(), 'a', 'other', '{}', now(), now())",
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " values (gen_random_uuid(), '*', 'other', '{}', now(), now())",
        "insert into groups (id, tenant_id, mode, on_failure, created_at, updated_at)"
            + " values (gen_random_uuid(), 'a', 'PARALLEL', 'STOP', now(), now())",
        "insert into group_ends (group_id, tenant_id) values (gen_random_uuid(), 'a')",
        "delete from group_ends",
        "delete from inbox",
        "update inbox set event_id = 'other'",
        "insert into outbox (at, kind, tenant_id) values (now(), 'CHANGED', 'a')",
        "update outbox set kind = 'ENDED'",
        "select * from outbox",
        "select * from leases",
        "select * from workers",
        "select * from runs_older",
        "update attempts set outcome = 'SUCCEEDED'",
        "delete from attempts"
      })
  void refusesWhatARequestMayNotDo(String statement) throws SQLException {
    enter("b");

    SQLException refused = assertThrows(SQLException.class, () -> execute(statement));
    assertEquals("42501", refused.getSQLState());
  }

  @Test
  void showsSharedCalendarsToEverybodyAndLetsNobodyChangeThem() throws SQLException {
    execute(
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " values (gen_random_uuid(), '*', 'shared', '{}', now(), now())");
    enter("b");

    assertEquals(1, count("calendars"));
    try (Statement sql = connection.createStatement()) {
      assertEquals(0, sql.executeUpdate("update calendars set definition = '[]'"));
      assertEquals(0, sql.executeUpdate("delete from calendars"));
    }
  }

  @Test
  void forgetsTheTenantWithTheTransaction() throws SQLException {
    enter("a");
    connection.commit();

    try (Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "select current_user, coalesce(current_setting('carillon.tenant', true), '')")) {
      row.next();
      assertTrue(!row.getString(1).equals("carillon_api"));
      assertEquals("", row.getString(2));
    }
  }

  private void enter(String tenant) throws SQLException {
    execute(EnterTenantSql.ENTER_TENANT.replace("$1", "'" + tenant + "'"));
  }

  private long count(String table) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String statement) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }
}
