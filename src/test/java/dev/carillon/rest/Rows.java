package dev.carillon.rest;

import dev.carillon.run.RunIds;
import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Looks behind the scenes, and does there what ticker and worker do. */
@Singleton
public class Rows {

  private final AgroalDataSource dataSource;

  Rows(AgroalDataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A fire, as the ticker plans it ahead. */
  String plan(Api api, String schedule, Instant at) {
    UUID run = RunIds.ofFire(api.tenant(), schedule, at);
    OffsetDateTime due = at.atOffset(ZoneOffset.UTC);
    execute(
        """
        insert into runs (id, tenant_id, schedule_id, job_id, fire_at, due_at, created_at, priority)
        select ?, tenant_id, id, job_id, ?, ?, now(), 2 from schedules where id = ?
        """,
        run,
        due,
        due,
        UUID.fromString(schedule));
    execute(
        """
        insert into queue (id, tenant_id, schedule_id, due_at, priority, queue) values (?, ?, ?, ?, 2, 'nobody')
        """,
        run,
        api.tenant(),
        UUID.fromString(schedule),
        due);
    execute(
        "update clock set last_fire_at = ?, next_fire_at = ? where schedule_id = ?",
        due,
        due.plusYears(900),
        UUID.fromString(schedule));
    return run.toString();
  }

  /** A FIXED_DELAY's clock waits for its run. */
  void await(String schedule, String run) {
    execute(
        "update clock set next_fire_at = null, awaited_run = ? where schedule_id = ?",
        UUID.fromString(run),
        UUID.fromString(schedule));
  }

  /** Some worker has it, and for long. */
  void claim(String run) {
    execute(
        """
        insert into workers (id, name, started_at, lease_until, slots) values (?, 'test', now(), now() + interval '1 day', 1)
        """,
        UUID.nameUUIDFromBytes(run.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    execute(
        """
        update queue set state = 'RUNNING', attempt = attempt + 1, locked_by = ?, locked_at = now(),
               deadline = now() + interval '1 day'
        where id = ?
        """,
        UUID.nameUUIDFromBytes(run.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        UUID.fromString(run));
  }

  /** Some worker has finished it. */
  void end(String run, String outcome, String state) {
    execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, started_at, finished_at,
                              error, output)
        select id, generation, attempt, tenant_id, ?::attempt_outcome, ?::run_state, now() - interval '2 seconds', now(),
               case when ? <> 'SUCCEEDED' then '{"class":"E","message":"m","retryable":true}'::jsonb end,
               case when ? = 'SUCCEEDED' then '{"n":1}'::jsonb end
        from queue where id = ?
        """,
        outcome,
        state,
        state,
        state,
        UUID.fromString(run));
    execute("delete from queue where id = ?", UUID.fromString(run));
  }

  void park(String schedule) {
    execute(
        "update schedules set status = 'PARKED', status_reason = 'cannot be evaluated' where id = ?",
        UUID.fromString(schedule));
    execute(
        "update clock set next_fire_at = null where schedule_id = ?", UUID.fromString(schedule));
  }

  long number(String sql, String id) {
    return Long.parseLong(texts(sql, UUID.fromString(id)).get(0));
  }

  Instant instant(String sql, String id) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, UUID.fromString(id));
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class).toInstant();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  List<String> texts(String sql, Object... parameters) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  void execute(String sql, Object... parameters) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, parameters)) {
      statement.execute();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static PreparedStatement prepared(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }
}
