package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.testing.Background;
import dev.carillon.testing.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.VertxContextSupport;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits in the database does not wait for ever. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class BusyDatabaseTest extends ScheduleFixture {

  private static final String SET =
      """
      select current_setting('statement_timeout') || ' '
        || current_setting('idle_in_transaction_session_timeout') as bounds
      """;

  @Inject AgroalDataSource dataSource;
  @Inject TenantTransactions transactions;

  @Test
  void boundsWhatARequestMayTake() throws Throwable {
    Tenant tenant = new Tenant("default");

    assertEquals("15s 10s", bounds(() -> transactions.entities(tenant, BusyDatabaseTest::read)));
    assertEquals("15s 10s", bounds(() -> transactions.statements(tenant, BusyDatabaseTest::read)));
  }

  private static Uni<RowSet<Row>> read(Statements statements) {
    return statements.query(SET, Tuple.tuple());
  }

  private static String bounds(Supplier<Uni<RowSet<Row>>> question) throws Throwable {
    RowSet<Row> rows = VertxContextSupport.subscribeAndAwait(question);
    return rows.iterator().next().getString("bounds");
  }

  /** A statement of ours, and one that Hibernate flushes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1 from clock where schedule_id = ? for update",
        "select 1 from schedules where id = ? for update"
      })
  void answersThatItIsBusyWhenAStatementTookTooLong(String locking) throws SQLException {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");
    try (Connection editor = dataSource.getConnection()) {
      editor.setAutoCommit(false);
      try (var lock = editor.prepareStatement(locking)) {
        lock.setObject(1, UUID.fromString(id));
        lock.execute();
      }

      // When the database cancels what waits for it, as it does once its time is over
      CompletableFuture<Response> edit =
          Background.supply(() -> api.patch("/schedules/s", "{'note':'n'}"));
      Awaitility.await()
          .until(
              () ->
                  !rows.texts(
                          """
                          select pg_cancel_backend(pid) from pg_stat_activity
                          where wait_event_type = 'Lock' and datname = current_database()
                          """)
                      .isEmpty());
      Response answer = edit.join();
      editor.rollback();

      assertEquals("1", answer.header("Retry-After"));
      answer
          .then()
          .statusCode(503)
          .contentType("application/problem+json")
          .body("type", equalTo("urn:carillon:problem:unavailable"));
    }
  }
}
