package dev.carillon.boot;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code postgres://user:password@host:port/database?sslmode=…} taken apart. Two drivers reach the
 * same database, JDBC to migrate and Vert.x to work, and each wants it said in its own way.
 *
 * <p>A parameter that only one of them would understand is refused and not half obeyed.
 */
public record PostgresUrl(
    String user,
    @Nullable String password,
    String host,
    int port,
    String database,
    @Nullable String sslMode,
    @Nullable String sslRootCert) {

  static final String EXAMPLE =
      "postgres://app:secret@db.example.org:5432/carillon?sslmode=require";

  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  /**
   * @throws IllegalArgumentException with what is wrong in it; never with the password
   */
  public static PostgresUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException unreadable) {
      // The exception's own message repeats the text, and the password with it.
      throw new IllegalArgumentException(
          "is not a URL (a special character in the password is written as %XX)");
    }
    String scheme = Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
    if (!scheme.equals("postgres") && !scheme.equals("postgresql")) {
      throw new IllegalArgumentException("does not begin with postgres://");
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException(
          "names no host (a special character in the password is written as %XX)");
    }
    String userInfo = uri.getRawUserInfo();
    if (userInfo == null || userInfo.isEmpty() || userInfo.startsWith(":")) {
      throw new IllegalArgumentException("names no user");
    }
    int colon = userInfo.indexOf(':');
    String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
    String password = colon < 0 ? null : decode(userInfo.substring(colon + 1));
    String path = Objects.requireNonNullElse(uri.getRawPath(), "");
    String database = path.length() <= 1 ? user : decode(path.substring(1));
    String host = uri.getHost().replaceAll("^\\[|]$", "");

    Map<String, String> parameters = parameters(uri.getRawQuery());
    String sslMode = parameters.remove("sslmode");
    if (sslMode != null && !SSL_MODES.contains(sslMode)) {
      throw new IllegalArgumentException(
          "has sslmode=" + sslMode + ", which is none of " + String.join(", ", SSL_MODES));
    }
    String sslRootCert = parameters.remove("sslrootcert");
    if (!parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "has the parameter "
              + parameters.keySet().iterator().next()
              + "; only sslmode and sslrootcert are known");
    }
    return new PostgresUrl(
        user,
        password,
        host,
        uri.getPort() < 0 ? 5432 : uri.getPort(),
        database,
        sslMode,
        sslRootCert);
  }

  public String jdbcUrl() {
    StringBuilder url = new StringBuilder("jdbc:postgresql://").append(address());
    String separator = "?";
    if (sslMode != null) {
      url.append(separator).append("sslmode=").append(sslMode);
      separator = "&";
    }
    if (sslRootCert != null) {
      url.append(separator).append("sslrootcert=").append(encode(sslRootCert));
    }
    return url.toString();
  }

  public String reactiveUrl() {
    return "postgresql://" + address();
  }

  /** Everything that Quarkus wants to know about it. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("quarkus.datasource.jdbc.url", jdbcUrl());
    settings.put("quarkus.datasource.reactive.url", reactiveUrl());
    settings.put("quarkus.datasource.username", user);
    if (password != null) {
      settings.put("quarkus.datasource.password", password);
    }
    // JDBC prefers TLS unless told otherwise, the Vert.x client is for plain text: one rule for
    // both.
    String mode = sslMode == null ? "prefer" : sslMode;
    settings.put("quarkus.datasource.reactive.postgresql.ssl-mode", mode);
    if (sslRootCert != null) {
      settings.put("quarkus.datasource.reactive.trust-certificate-pem", "true");
      settings.put("quarkus.datasource.reactive.trust-certificate-pem.certs", sslRootCert);
    } else if (!mode.startsWith("verify")) {
      // As libpq has it: these modes encrypt and do not ask who is at the other end.
      settings.put("quarkus.datasource.reactive.trust-all", "true");
    }
    if (mode.equals("verify-full")) {
      settings.put("quarkus.datasource.reactive.hostname-verification-algorithm", "HTTPS");
    }
    return settings;
  }

  /** For people: without user and password. */
  public String place() {
    return database + " on " + host + ":" + port;
  }

  @Override
  public String toString() {
    return "PostgresUrl[" + user + " at " + place() + "]";
  }

  private String address() {
    String named = host.contains(":") ? "[" + host + "]" : host;
    return named + ":" + port + "/" + encode(database);
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query != null) {
      for (String parameter : query.split("&")) {
        if (!parameter.isEmpty()) {
          int equals = parameter.indexOf('=');
          parameters.put(
              decode(equals < 0 ? parameter : parameter.substring(0, equals)),
              equals < 0 ? "" : decode(parameter.substring(equals + 1)));
        }
      }
    }
    return parameters;
  }

  /** A plus is a plus here: this is no web form. */
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
