package dev.carillon.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TestPostgresTest {

  @Test
  void givesEveryCallerAMigratedDatabaseOfItsOwn() throws SQLException {
    TestPostgres.Database first = TestPostgres.migrated();
    TestPostgres.Database second = TestPostgres.migrated();

    assertNotEquals(first.name(), second.name());
    assertEquals(first.port(), second.port());
    try (Connection connection = second.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from jobs")) {
      rows.next();
      assertEquals(0, rows.getInt(1));
    }
  }
}
