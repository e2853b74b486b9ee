package dev.carillon.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.CarillonProcess;
import dev.carillon.testing.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users start it: what a start leaves, survives, and says when it cannot be. */
class StartIT {

  @TempDir static Path temporary;

  private static final String A_WORKER =
      "insert into workers (id, name, started_at, lease_until, slots)"
          + " values (gen_random_uuid(), 'dead', now(), now() + interval '1 hour', 1)";

  @AfterAll
  static void leaveNoServerBehind() {
    CarillonProcess.with(temporary.resolve("life")).close();
  }

  @Test
  void livesThroughStopKillAndWhatItsUserGetsWrong() throws Exception {
    Path data = temporary.resolve("life");
    long postgres;

    // The first start makes everything.
    try (CarillonProcess carillon = CarillonProcess.with(data).start().awaitReady()) {
      assertTrue(
          carillon.output().contains("listens on http://localhost:" + carillon.port()),
          carillon.output());
      assertEquals(200, carillon.get("/q/metrics").statusCode());
      assertEquals(200, carillon.get("/q/openapi").statusCode());
      if (ListenAddress.hasIpv6()) {
        URI other = URI.create("http://[::1]:" + carillon.port() + "/q/health/live");
        assertEquals(200, carillon.send(HttpRequest.newBuilder(other)).statusCode());
      }
      settingsAreThoseOfARealDatabase(carillon);
      aSecondProcessIsTurnedAway(data, carillon);
      carillonsPasswordIsNowhereToBeSeen(data, carillon);
      try (Connection database = carillon.database();
          Statement statement = database.createStatement()) {
        statement.execute("create table kept (n int)");
        statement.execute("insert into kept values (42)");
      }
      postgres = carillon.postgresPid();

      assertEquals(0, carillon.terminate(), carillon.output());
      assertGone(postgres);
      assertFalse(carillon.output().contains("ERROR"), carillon.output());
      assertFalse(carillon.output().contains("\tat "), carillon.output());
    }

    // The second keeps the data, and is killed.
    try (CarillonProcess carillon = CarillonProcess.with(data).start().awaitReady()) {
      assertEquals("42", one(carillon, "select n from kept"));
      one(carillon, A_WORKER + " returning name");
      one(
          carillon,
          "insert into leases (name, holder, epoch, expires_at)"
              + " values ('it', gen_random_uuid(), 1, now() + interval '1 hour') returning name");
      postgres = carillon.postgresPid();

      carillon.kill();
      assertTrue(ProcessHandle.of(postgres).isPresent(), "a killed Carillon leaves its server");

      // The third takes over from it.
      CarillonProcess next = CarillonProcess.with(data).start().awaitReady();
      assertGone(postgres);
      assertEquals("42", one(next, "select n from kept"));
      assertEquals(
          "1",
          one(next, "select count(*) from workers where name = 'dead' and retired_at is not null"));
      assertEquals("0", one(next, "select count(*) from leases where name = 'it'"));
      assertEquals(0, next.terminate());
    }
  }

  @Test
  void saysInOneLineWhatItsUserGotWrong() throws Exception {
    TestPostgres.Database server = TestPostgres.server();
    server.execute("drop role if exists carillon_visitor", "create role carillon_visitor login");
    TestPostgres.Database foreign = TestPostgres.empty();
    int nobody = CarillonProcess.freePort();

    refuses("PORT=x is not a port number", start("bad-port").env("PORT", "x"));
    refuses("is none of api, ticker", start("bad-role").env("CARILLON_ROLES", "boss"));
    refuses("local mode", start("bad-bind").env("CARILLON_BIND", "0.0.0.0"));
    refuses(
        "nothing listens there",
        start("no-db").env("POSTGRES_URL", "postgres://a:geheim@127.0.0.1:" + nobody + "/x"));
    refuses(
        "database \"missing\" does not exist",
        start("no-db")
            .env("POSTGRES_URL", server.postgresUrl().replaceFirst("postgres$", "missing")));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      refuses(
          "Port " + port + " is in use",
          start("taken").env("PORT", "" + port).env("POSTGRES_URL", foreign.postgresUrl()));
    }

    CarillonProcess visitor =
        start("visitor")
            .env("POSTGRES_URL", foreign.postgresUrl().replace("postgres@", "carillon_visitor@"))
            .start();
    assertEquals(1, visitor.awaitExit());
    assertTrue(
        visitor.output().contains("\n  grant carillon_api to \"carillon_visitor\";\n"),
        visitor.output());
  }

  @Test
  void explainsAFolderThatItCannotOpen() throws Exception {
    Path older = Files.createDirectories(temporary.resolve("older"));
    Files.createDirectories(older.resolve("postgres/global"));
    Files.writeString(older.resolve("postgres/PG_VERSION"), "16\n");
    Files.createFile(older.resolve("postgres/global/pg_control"));
    Path broken = Files.createDirectories(temporary.resolve("broken/postgres"));

    refuses("was written by PostgreSQL 16", CarillonProcess.with(older));
    refuses("is not a complete PostgreSQL data folder", CarillonProcess.with(broken.getParent()));
  }

  private static void settingsAreThoseOfARealDatabase(CarillonProcess carillon)
      throws SQLException {
    assertEquals("on", one(carillon, "show fsync"));
    assertEquals("on", one(carillon, "show synchronous_commit"));
    assertEquals("127.0.0.1", one(carillon, "show listen_addresses"));
    assertEquals("", one(carillon, "show unix_socket_directories"));
    assertEquals(
        "scram-sha-256",
        one(carillon, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"));
    assertEquals(
        "1", one(carillon, "select count(*) from carillon_schema_history where version = '1'"));
  }

  private static void aSecondProcessIsTurnedAway(Path data, CarillonProcess first) {
    refuses(
        "Another Carillon (process " + first.process().pid() + ") is using the data folder " + data,
        CarillonProcess.with(data));
  }

  private static void carillonsPasswordIsNowhereToBeSeen(Path data, CarillonProcess carillon)
      throws IOException {
    String password = Files.readString(data.resolve("password")).strip();
    assertFalse(carillon.output().contains(password));
    assertFalse(Files.readString(data.resolve("postgres.log")).contains(password));
    assertFalse(
        ProcessHandle.allProcesses()
            .anyMatch(process -> process.info().commandLine().orElse("").contains(password)));
  }

  private static CarillonProcess start(String name) {
    return CarillonProcess.with(temporary.resolve(name));
  }

  /** One line, a status that is not 0, and nothing of a secret or a stack. */
  private static void refuses(String expected, CarillonProcess carillon) {
    carillon.start();
    int status = carillon.awaitExit();
    List<String> said = carillon.output().lines().filter(line -> !line.isBlank()).toList();
    assertNotEquals(0, status);
    assertEquals(1, said.size(), carillon.output());
    assertTrue(said.get(0).startsWith("carillon: "), said.get(0));
    assertTrue(said.get(0).contains(expected), said.get(0));
    assertFalse(said.get(0).contains("geheim"), said.get(0));
  }

  /** A process that has ended but was not yet collected by its parent has no command any more. */
  private static void assertGone(long pid) {
    assertFalse(
        ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent(),
        "process " + pid + " lives");
  }

  private static String one(CarillonProcess carillon, String sql) throws SQLException {
    try (Connection database = carillon.database();
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
