package dev.carillon.boot.embedded;

import dev.carillon.boot.PostgresUrl;
import dev.carillon.boot.StartFailure;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The server in a {@link DataFolder}: made when it is not there, started, and stopped again.
 *
 * <p>It is started by pg_ctl, which puts it into a session of its own, so that Ctrl-C in a terminal
 * reaches Carillon alone, and Carillon stops the server when it has finished with it.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final String USER = "carillon";
  private static final String DATABASE = "carillon";
  private static final String SETTINGS = "carillon.conf";

  /** A port is free when it is looked for, and may be taken a moment later. */
  private static final int PORTS_TRIED = 3;

  private static final long LOG_KEPT = 10_000_000;

  private final DataFolder folder;
  private final Binaries binaries;
  private final int port;
  private final String password;

  private EmbeddedPostgres(DataFolder folder, Binaries binaries, int port, String password) {
    this.folder = folder;
    this.binaries = binaries;
    this.port = port;
    this.password = password;
  }

  public static EmbeddedPostgres start(DataFolder folder) {
    try {
      Binaries binaries = Binaries.unpack(folder.root().resolve("binaries"));
      DataFolder.delete(folder.unfinishedPostgres());
      if (Files.exists(folder.postgres())) {
        requireOurs(folder, binaries);
        stopOrphan(folder, binaries);
      } else {
        initialize(folder, binaries);
      }
      String password = folder.password();
      int port = startServer(folder, binaries);
      return new EmbeddedPostgres(folder, binaries, port, password);
    } catch (IOException failure) {
      throw new StartFailure(
          "The embedded PostgreSQL in %s cannot be started: %s."
              .formatted(folder.root(), DataFolder.reason(failure)));
    }
  }

  public PostgresUrl url() {
    return new PostgresUrl(USER, password, "127.0.0.1", port, DATABASE, "disable", null);
  }

  /** The database that is always there, to make ours from. */
  public PostgresUrl maintenanceUrl() {
    return new PostgresUrl(USER, password, "127.0.0.1", port, "postgres", "disable", null);
  }

  /** Ends its sessions, writes everything down and returns when it is gone. */
  @Override
  public void close() {
    try {
      stop(folder, binaries, "fast");
    } catch (IOException failure) {
      System.err.println(
          "carillon: The embedded PostgreSQL could not be stopped: " + DataFolder.reason(failure));
    }
  }

  private static void requireOurs(DataFolder folder, Binaries binaries) throws IOException {
    Path versionFile = folder.postgres().resolve("PG_VERSION");
    if (!Files.exists(versionFile)
        || !Files.exists(folder.postgres().resolve("global/pg_control"))) {
      throw new StartFailure(
          "%s is not a complete PostgreSQL data folder. Move it away to begin anew, or put a backup in its place."
              .formatted(folder.postgres()));
    }
    String written = Files.readString(versionFile).strip();
    // "postgres (PostgreSQL) 18.6"
    String ours =
        run(folder, List.of(binaries.program("postgres"), "--version"))
            .output()
            .strip()
            .replaceAll("^.*\\) (\\d+).*$", "$1");
    if (!written.equals(ours)) {
      throw new StartFailure(
          "The data in %s was written by PostgreSQL %s, but this Carillon brings PostgreSQL %s. Use a Carillon that brings %s, or dump it there and load it here."
              .formatted(folder.postgres(), written, ours, written));
    }
  }

  private static void initialize(DataFolder folder, Binaries binaries) throws IOException {
    folder.makePassword();
    Path unfinished = folder.unfinishedPostgres();
    Said said =
        run(
            folder,
            asPostgres(
                binaries.program("initdb"),
                "--pgdata=" + unfinished,
                "--username=" + USER,
                "--pwfile=" + folder.passwordFile(),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                // The same order of texts on every machine, whatever locales it has.
                "--no-locale",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8"));
    if (said.status() != 0) {
      throw new IOException("initdb says: " + said.lastError());
    }
    Files.writeString(
        unfinished.resolve("postgresql.conf"),
        "\n# Carillon's own settings, written at every start.\ninclude_if_exists '"
            + SETTINGS
            + "'\n",
        java.nio.file.StandardOpenOption.APPEND);
    // By one rename: a folder called postgres is always a whole one.
    Files.move(unfinished, folder.postgres(), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * A Carillon that was killed could not stop its server. We hold the folder's lock, so whatever
   * runs in it is nobody's.
   */
  private static void stopOrphan(DataFolder folder, Binaries binaries) throws IOException {
    Path pidFile = folder.postgres().resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    String first = Files.readString(pidFile).lines().findFirst().orElse("").strip();
    boolean runs =
        first.matches("\\d{1,9}")
            && ProcessHandle.of(Long.parseLong(first))
                .filter(EmbeddedPostgres::isServer)
                .isPresent();
    if (runs) {
      Said said = stop(folder, binaries, "fast");
      if (said.status() != 0) {
        said = stop(folder, binaries, "immediate");
      }
      if (said.status() != 0) {
        throw new IOException(
            "the server of an earlier start (process "
                + first
                + ") does not stop: "
                + said.lastError());
      }
    } else {
      // The number may belong to somebody else by now, for whom PostgreSQL would refuse to start.
      Files.delete(pidFile);
    }
  }

  private static boolean isServer(ProcessHandle process) {
    return process
        .info()
        .command()
        .map(command -> Path.of(command).getFileName().toString().startsWith("postgres"))
        .orElse(false);
  }

  private static int startServer(DataFolder folder, Binaries binaries) throws IOException {
    Path log = folder.log();
    if (Files.exists(log) && Files.size(log) > LOG_KEPT) {
      Files.move(log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    for (int tried = 1; ; tried++) {
      long before = Files.exists(log) ? Files.size(log) : 0;
      int port = freePort();
      Files.writeString(folder.postgres().resolve(SETTINGS), settings(port));
      Said said =
          run(
              folder,
              asPostgres(
                  binaries.program("pg_ctl"),
                  "start",
                  "--pgdata=" + folder.postgres(),
                  "--log=" + log,
                  "--wait",
                  "--timeout=60",
                  "--silent"));
      if (said.status() == 0) {
        return port;
      }
      String why = lastError(log, before);
      if (tried == PORTS_TRIED || !why.contains("TCP/IP")) {
        throw new IOException(why.isEmpty() ? said.lastError() : why + " (more in " + log + ")");
      }
    }
  }

  private static Said stop(DataFolder folder, Binaries binaries, String mode) throws IOException {
    return run(
        folder,
        asPostgres(
            binaries.program("pg_ctl"),
            "stop",
            "--pgdata=" + folder.postgres(),
            "--mode=" + mode,
            "--wait",
            "--timeout=30",
            "--silent"));
  }

  /** For a machine that has other things to do, and with nothing risked for speed. */
  private static String settings(int port) {
    return """
        # Written by Carillon at every start; changes belong into postgresql.conf.
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        password_encryption = 'scram-sha-256'
        max_connections = 50
        shared_buffers = '128MB'
        wal_buffers = '16MB'
        # Fewer checkpoints: each makes the next change of every page a whole page of WAL.
        max_wal_size = '2GB'
        checkpoint_timeout = '15min'
        # The queue and the outbox are emptied as fast as they are filled.
        autovacuum_naptime = '15s'
        # Statements are short; compiling them would cost more than it saves.
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        lc_messages = 'C'
        log_line_prefix = '%%m [%%p] '
        """
        .formatted(port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace of its own root is nobody. */
  private static List<String> asPostgres(String... command) throws IOException {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      if (!LinuxUtils.isUnshareAvailable()) {
        throw new StartFailure(
            "PostgreSQL does not run as root, and this machine does not let root leave its rights behind (unshare -U). Start Carillon as another user, or name a database: POSTGRES_URL=postgres://user:password@host:5432/database");
      }
      all.addAll(List.of("unshare", "-U"));
    }
    all.addAll(List.of(command));
    return all;
  }

  private static boolean isRoot() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
  }

  private record Said(int status, String output) {
    String lastError() {
      List<String> lines =
          output
              .lines()
              .map(String::strip)
              .filter(l -> !l.isEmpty() && !l.contains("removing"))
              .toList();
      return lines.stream()
          .filter(line -> line.contains("error:") || line.contains("FATAL"))
          .reduce((one, next) -> next)
          .orElse(lines.isEmpty() ? "status " + status : lines.get(lines.size() - 1));
    }
  }

  private static Said run(DataFolder folder, List<String> command) throws IOException {
    // Into a file: a server that inherited a pipe would keep it open for ever.
    Path output = Files.createTempFile(folder.root(), "command", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .directory(folder.root().toFile());
      // The messages are read here, and libpq's variables are meant for another server.
      builder.environment().put("LC_ALL", "C");
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.toUpperCase(Locale.ROOT).startsWith("PG"));
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(90, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(Path.of(command.get(0)).getFileName() + " did not end within 90 s");
      }
      return new Said(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static String lastError(Path log, long from) throws IOException {
    byte[] all = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
    int start = (int) Math.min(from, all.length);
    return new String(all, start, all.length - start, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("FATAL") || line.contains("PANIC"))
        .reduce((one, next) -> next)
        .map(line -> line.replaceFirst("^.*?(FATAL|PANIC):\\s*", ""))
        .orElse("");
  }
}
