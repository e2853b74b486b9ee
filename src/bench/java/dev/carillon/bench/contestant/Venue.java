package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Postgres;
import dev.carillon.bench.measure.Sql;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Where a contestant is started.
 *
 * @param database its own, empty
 * @param folder for what it writes down
 */
public record Venue(Postgres postgres, String database, Path folder) {

  /** With a new database. */
  public static Venue prepare(Postgres postgres, String database, Path folder) throws SQLException {
    postgres.createDatabase(database);
    return new Venue(postgres, database, folder);
  }

  String jdbcUrl() {
    return postgres.jdbcUrl(database);
  }

  Sql connect() throws SQLException {
    return postgres.connect(database);
  }

  /** A file that is named for the contestant's database. */
  Path file(String ending) {
    return folder.resolve(database + ending);
  }
}
