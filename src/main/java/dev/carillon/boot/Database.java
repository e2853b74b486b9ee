package dev.carillon.boot;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Looks at the database before Quarkus does, so that what is wrong with it is said in a line. */
final class Database {

  private static final int OLDEST = 15;
  private static final String CANNOT_CONNECT_YET = "57P03";

  private static final String WHO_AM_I =
      """
      select current_setting('server_version_num')::int / 10000 as major,
             current_setting('server_version') as version,
             current_user as name,
             current_database() as database,
             rolsuper or rolcreaterole as may_create_roles,
             coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_create_tables
        from pg_roles where rolname = current_user
      """;

  private static final String ROLE_EXISTS = "select count(*) from pg_roles where rolname = '%s'";

  /** Since 16 a member may be one that may not step into the role; before, every member may. */
  private static final String MAY_ACT_AS = "select pg_has_role('%s', '%s')";

  private static final String CLEAR_THE_DEAD =
      """
      do $$
      begin
        if to_regclass('workers') is not null and to_regclass('leases') is not null then
          update workers set retired_at = now() where retired_at is null;
          delete from leases;
        end if;
      end
      $$
      """;

  private Database() {}

  /**
   * @return the server's version
   * @throws StartFailure if Carillon cannot work with it; when the roles are lacking, with the
   *     statements that its administrator runs
   */
  static String check(PostgresUrl url) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      ResultSet me = statement.executeQuery(WHO_AM_I);
      me.next();
      int major = me.getInt("major");
      String version = me.getString("version");
      if (major < OLDEST) {
        throw new StartFailure(
            "The database %s is PostgreSQL %s, but Carillon needs %d or newer."
                .formatted(url.place(), version, OLDEST));
      }
      String user = me.getString("name");
      String database = me.getString("database");
      List<String> wanted = new ArrayList<>();
      if (!me.getBoolean("may_create_tables")) {
        wanted.add("grant usage, create on schema public to " + quoted(user) + ";");
      }
      boolean mayCreateRoles = me.getBoolean("may_create_roles");
      for (String role : List.of("carillon_api", "carillon_engine")) {
        boolean exists = one(statement, ROLE_EXISTS.formatted(role)).equals("1");
        if (!exists && !mayCreateRoles) {
          wanted.add("create role " + role + " nologin;");
        }
        if (exists || !mayCreateRoles) {
          boolean member =
              exists
                  && one(statement, MAY_ACT_AS.formatted(role, major >= 16 ? "set" : "member"))
                      .equals("t");
          if (!member) {
            wanted.add("grant " + role + " to " + quoted(user) + ";");
          }
        }
      }
      if (!wanted.isEmpty()) {
        throw new StartFailure(
            "The user %s lacks rights on the database %s. Have its administrator run this in it, once:\n\n  %s\n"
                .formatted(user, database, String.join("\n  ", wanted)));
      }
      return version;
    } catch (SQLException failure) {
      throw unreachable(url, failure);
    }
  }

  static void createIfMissing(PostgresUrl maintenance, String name) {
    try (Connection connection = connect(maintenance);
        Statement statement = connection.createStatement()) {
      String found =
          one(statement, "select count(*) from pg_database where datname = '" + name + "'");
      if (found.equals("0")) {
        statement.execute("create database " + quoted(name));
      }
    } catch (SQLException failure) {
      throw unreachable(maintenance, failure);
    }
  }

  /**
   * Of a database that nobody else can be on: whoever holds something in it is dead, and need not
   * be waited for until its lease is over.
   */
  static void clearTheDead(PostgresUrl url) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(CLEAR_THE_DEAD);
    } catch (SQLException failure) {
      throw unreachable(url, failure);
    }
  }

  private static Connection connect(PostgresUrl url) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", url.user());
    if (url.password() != null) {
      properties.setProperty("password", url.password());
    }
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    properties.setProperty("ApplicationName", "carillon-start");
    return DriverManager.getConnection(url.jdbcUrl(), properties);
  }

  private static String one(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static StartFailure unreachable(PostgresUrl url, SQLException failure) {
    String reason = reason(url, failure);
    String password = url.password();
    if (password != null && !password.isEmpty()) {
      reason = reason.replace(password, "***");
    }
    return new StartFailure(
        "The database %s cannot be used: %s. POSTGRES_URL names it, as in %s."
            .formatted(url.place(), reason, PostgresUrl.EXAMPLE));
  }

  private static String reason(PostgresUrl url, SQLException failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "the host " + url.host() + " is not known";
      }
      if (cause instanceof SocketTimeoutException) {
        return "there is no answer";
      }
      if (cause instanceof NoRouteToHostException) {
        return "there is no way to the host";
      }
      if (cause instanceof ConnectException) {
        return "nothing listens there";
      }
    }
    if (CANNOT_CONNECT_YET.equals(failure.getSQLState())) {
      return "it is still starting, or stopping";
    }
    String said = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return said.replaceFirst("^FATAL: ", "").replaceFirst("\\.$", "");
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
