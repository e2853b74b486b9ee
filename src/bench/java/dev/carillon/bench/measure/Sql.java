package dev.carillon.bench.measure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/** The harness's own connection. */
public record Sql(Connection connection) implements AutoCloseable {

  public void run(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  public int update(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  public String text(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  public long number(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  public boolean isTrue(String sql, Object... parameters) throws SQLException {
    return "t".equals(text(sql, parameters));
  }

  /** One array for each column, all of them whole numbers. */
  public long[][] columns(int columns, String sql, Object... parameters) throws SQLException {
    long[][] all = new long[columns][1024];
    int count = 0;
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      for (; rows.next(); count++) {
        for (int i = 0; i < columns; i++) {
          if (count == all[i].length) {
            all[i] = Arrays.copyOf(all[i], count * 2);
          }
          all[i][count] = rows.getLong(i + 1);
        }
      }
    }
    for (int i = 0; i < columns; i++) {
      all[i] = Arrays.copyOf(all[i], count);
    }
    return all;
  }

  private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
