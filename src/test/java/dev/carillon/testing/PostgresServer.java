package dev.carillon.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL of a test's own, of whichever version, which it may stop, break and start again on
 * the same port. Dies with the test's JVM.
 */
public final class PostgresServer implements AutoCloseable {

  private final Path bin;
  private final Path folder;
  private final int port;
  private final Thread hook = new Thread(this::stopAnyhow, "stop postgres");

  private PostgresServer(Path bin, Path folder, int port) {
    this.bin = bin;
    this.folder = folder;
    this.port = port;
  }

  /** The version that Carillon brings. */
  public static PostgresServer start() {
    return start(bundled());
  }

  /**
   * @param bin the folder of its programs
   */
  public static PostgresServer start(Path bin) {
    try {
      Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
      Path folder = Files.createTempDirectory(target, "postgres-");
      PostgresServer server = new PostgresServer(bin, folder, CarillonProcess.freePort());
      server.run(
          "initdb", "--pgdata=" + server.data(), "--username=postgres", "--auth=trust", "-N");
      Files.writeString(
          server.data().resolve("postgresql.conf"),
          """
          listen_addresses = '127.0.0.1'
          port = %d
          unix_socket_directories = ''
          fsync = off
          max_connections = 200
          """
              .formatted(server.port));
      Runtime.getRuntime().addShutdownHook(server.hook);
      server.resume();
      return server;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** One that the machine has, in Debian's place for it. */
  public static Optional<Path> ofTheMachine(int version) {
    Path bin = Path.of("/usr/lib/postgresql/" + version + "/bin");
    return Optional.of(bin).filter(folder -> Files.isExecutable(folder.resolve("initdb")));
  }

  public void resume() {
    run(
        "pg_ctl",
        "start",
        "--pgdata=" + data(),
        "--log=" + folder.resolve("log"),
        "--wait",
        "--silent");
  }

  /**
   * @param mode as of pg_ctl: fast ends sessions in order, immediate as a crash would
   */
  public void stop(String mode) {
    run("pg_ctl", "stop", "--pgdata=" + data(), "--mode=" + mode, "--wait", "--silent");
  }

  public TestPostgres.Database database(String name) {
    return new TestPostgres.Database(port, name);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    stopAnyhow();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void stopAnyhow() {
    if (Files.exists(data().resolve("postmaster.pid"))) {
      stop("immediate");
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  /** The programs of the server that the other tests share: they are unpacked already. */
  private static Path bundled() {
    try (Connection connection = TestPostgres.server().connect();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("select setting from pg_config where name = 'BINDIR'")) {
      result.next();
      return Path.of(result.getString(1));
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private void run(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    try {
      if (Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        // PostgreSQL does not run as root; in a user namespace of its own root is nobody.
        command.addAll(List.of("unshare", "-U"));
      }
      command.add(bin.resolve(program).toString());
      command.addAll(List.of(arguments));
      Path said = folder.resolve(program + ".out");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      Process process = builder.start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + " failed: " + Files.readString(said));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
