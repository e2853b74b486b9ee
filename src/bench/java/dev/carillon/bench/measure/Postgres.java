package dev.carillon.bench.measure;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The one server that everything is measured on: the PostgreSQL that Carillon brings, with nothing
 * switched off that a crash would need. Contestants are the user {@code bench}; the harness is
 * {@code postgres}, so that its own statements can be left out of the count.
 */
public final class Postgres implements AutoCloseable {

  private static final String USER = "bench";
  private static final String HARNESS = "postgres";

  /** The same for all; what is not named has PostgreSQL's own default. */
  private static final Map<String, String> SETTINGS = new LinkedHashMap<>();

  static {
    SETTINGS.put("fsync", "on");
    SETTINGS.put("synchronous_commit", "on");
    SETTINGS.put("full_page_writes", "on");
    SETTINGS.put("shared_buffers", "512MB");
    SETTINGS.put("max_connections", "200");
    // No checkpoint may fall into a round: one is made before each.
    SETTINGS.put("max_wal_size", "16GB");
    SETTINGS.put("min_wal_size", "1GB");
    SETTINGS.put("checkpoint_timeout", "1h");
    // As in the server that Carillon sets up for its users.
    SETTINGS.put("autovacuum_naptime", "15s");
    SETTINGS.put("jit", "off");
    SETTINGS.put("shared_preload_libraries", "pg_stat_statements");
    SETTINGS.put("pg_stat_statements.max", "10000");
  }

  private final EmbeddedPostgres server;
  private final ProcessHandle postmaster;

  private Postgres(EmbeddedPostgres server, ProcessHandle postmaster) {
    this.server = server;
    this.postmaster = postmaster;
  }

  public static Postgres start(Path folder, boolean profile) throws SQLException {
    try {
      Files.createDirectories(folder);
      Path data = folder.resolve("postgres");
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(true)
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("unix_socket_directories", "")
              .setOutputRedirector(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()))
              .setErrorRedirector(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()));
      SETTINGS.forEach(builder::setServerConfig);
      builder.setServerConfig("pg_stat_statements.track_planning", profile ? "on" : "off");
      EmbeddedPostgres server = builder.start();
      String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
      Postgres postgres = new Postgres(server, ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      postgres.prepare();
      return postgres;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void prepare() throws SQLException {
    try (Sql sql = connect("postgres")) {
      // The starter that we use has fsync off by default, and a figure made with that is worthless.
      for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
        String is = sql.text("select current_setting('" + setting.getKey() + "')");
        if (!is.equals(setting.getValue())) {
          throw new IllegalStateException(
              setting.getKey() + " is " + is + " and not " + setting.getValue());
        }
      }
      // As the user of the server that Carillon sets up by itself.
      sql.run("create role " + USER + " login superuser");
    }
  }

  /** An empty database of its own for a contestant. */
  public void createDatabase(String name) throws SQLException {
    try (Sql sql = connect("postgres")) {
      sql.run("create database " + name + " owner " + USER);
    }
    try (Sql sql = connect(name)) {
      sql.run("create extension pg_stat_statements", "create extension pg_walinspect");
    }
  }

  /** For the harness, as the superuser. */
  public Sql connect(String database) throws SQLException {
    Connection connection = DriverManager.getConnection(jdbcUrl(database), HARNESS, "");
    return new Sql(connection);
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
  }

  /** Whom contestants log in as; no password is asked for. */
  public String user() {
    return USER;
  }

  /** As it stands in POSTGRES_URL. */
  public String url(String database) {
    return "postgres://" + USER + "@127.0.0.1:" + server.getPort() + "/" + database;
  }

  /** CPU seconds of the server, all its processes. */
  public double cpu() {
    return Cpu.ofTree(postmaster);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
