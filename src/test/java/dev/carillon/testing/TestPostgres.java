package dev.carillon.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;

/**
 * One real PostgreSQL for all tests of this JVM, and a database of its own for whoever asks. It
 * does not sync to disk: what a test writes need not survive a power cut.
 *
 * <p>Quarkus tests load this class in several class loaders, so what must be there once (the
 * server, the migrated template) is kept in system properties, which they share, and not in
 * statics.
 */
public final class TestPostgres {

  private static final String PORT = "dev.carillon.test.postgres.port";
  private static final String TEMPLATE = "dev.carillon.test.postgres.template";
  private static final Path FOLDER = Path.of("target", "test-postgres").toAbsolutePath();

  private TestPostgres() {}

  /** A database that nobody else uses. Its user may do everything; no password is needed. */
  public record Database(int port, String name) {

    public String jdbcUrl() {
      return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    public String reactiveUrl() {
      return "postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** As it would stand in POSTGRES_URL. */
    public String postgresUrl() {
      return "postgres://" + user() + "@127.0.0.1:" + port + "/" + name;
    }

    public String user() {
      return "postgres";
    }

    public String password() {
      return "";
    }

    public Connection connect() throws SQLException {
      return DriverManager.getConnection(jdbcUrl(), user(), password());
    }

    public void execute(String... statements) {
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      } catch (SQLException failure) {
        throw new IllegalStateException(failure);
      }
    }
  }

  /** A new, empty database. */
  public static Database empty() {
    return create("template1");
  }

  /** A new database with Carillon's schema; the migration runs once per JVM and is copied after. */
  public static Database migrated() {
    synchronized (lock()) {
      if (System.getProperty(TEMPLATE) == null) {
        Database template = create("template1");
        Flyway.configure()
            .dataSource(template.jdbcUrl(), template.user(), template.password())
            .locations("db/carillon")
            .table("carillon_schema_history")
            .load()
            .migrate();
        System.setProperty(TEMPLATE, template.name());
      }
      return create(System.getProperty(TEMPLATE));
    }
  }

  /** The server's own database, for what concerns the whole server (roles, settings). */
  public static Database server() {
    synchronized (lock()) {
      String port = System.getProperty(PORT);
      if (port == null) {
        port = Integer.toString(start());
        System.setProperty(PORT, port);
      }
      return new Database(Integer.parseInt(port), "postgres");
    }
  }

  private static Database create(String template) {
    Database server = server();
    String name = "t_" + UUID.randomUUID().toString().replace("-", "");
    server.execute("create database " + name + " template " + template);
    return new Database(server.port(), name);
  }

  /** The same object in every class loader: strings are interned by the JVM. */
  private static Object lock() {
    return PORT.intern();
  }

  private static int start() {
    try {
      Files.createDirectories(FOLDER);
      removeWhatDeadTestsLeft();
      Path data = FOLDER.resolve(Long.toString(ProcessHandle.current().pid()));
      // Its shutdown hook stops the server and deletes the folder.
      return EmbeddedPostgres.builder()
          .setDataDirectory(data)
          .setCleanDataDirectory(true)
          .setServerConfig("max_connections", "200")
          .setServerConfig("listen_addresses", "127.0.0.1")
          .setServerConfig("unix_socket_directories", "")
          .setServerConfig("full_page_writes", "off")
          .setServerConfig("shared_buffers", "128MB")
          .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
          .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
          .start()
          .getPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * A test JVM that was killed could not stop its server: the folder is named for the JVM's pid.
   */
  private static void removeWhatDeadTestsLeft() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      for (Path folder : folders.toList()) {
        long owner = Long.parseLong(folder.getFileName().toString());
        if (ProcessHandle.of(owner).isEmpty()) {
          stopOrphan(folder.resolve("postmaster.pid"));
          delete(folder);
        }
      }
    }
  }

  private static void stopOrphan(Path pidFile) throws IOException {
    if (Files.exists(pidFile)) {
      List<String> lines = Files.readAllLines(pidFile);
      // The pid may have gone to somebody else since; a postmaster is recognised by its name.
      ProcessHandle.of(Long.parseLong(lines.get(0).trim()))
          .filter(handle -> handle.info().command().orElse("").contains("postgres"))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
