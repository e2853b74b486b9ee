package dev.carillon.bench.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Connections, from the pool that db-scheduler and JobRunr test with. */
final class Pool {

  private Pool() {}

  static HikariDataSource of(String jdbcUrl, String user, int connections) {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(jdbcUrl);
    pool.setUsername(user);
    pool.setMaximumPoolSize(connections);
    return new HikariDataSource(pool);
  }
}
