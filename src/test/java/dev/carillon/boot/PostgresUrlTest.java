package dev.carillon.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {

  @Test
  void saysTheSameToBothDrivers() {
    PostgresUrl url =
        PostgresUrl.parse("postgres://app:p%40ss%2F+1@db.example.org:6432/my%20db?sslmode=require");

    assertEquals("app", url.user());
    assertEquals("p@ss/+1", url.password());
    assertEquals("jdbc:postgresql://db.example.org:6432/my%20db?sslmode=require", url.jdbcUrl());
    assertEquals("postgresql://db.example.org:6432/my%20db", url.reactiveUrl());
    assertEquals("require", url.settings().get("quarkus.datasource.reactive.postgresql.ssl-mode"));
    assertEquals("true", url.settings().get("quarkus.datasource.reactive.trust-all"));
  }

  @Test
  void fillsInWhatMayBeAbsent() {
    PostgresUrl url = PostgresUrl.parse("postgresql://app@localhost");

    assertEquals(5432, url.port());
    assertEquals("app", url.database());
    assertNull(url.password());
    assertFalse(url.settings().containsKey("quarkus.datasource.password"));
  }

  @Test
  void takesAnIpv6Host() {
    PostgresUrl url = PostgresUrl.parse("postgres://app:x@[::1]:5433/carillon");

    assertEquals("::1", url.host());
    assertEquals("jdbc:postgresql://[::1]:5433/carillon", url.jdbcUrl());
  }

  @Test
  void checksTheServersNameOnlyWhenAskedTo() {
    PostgresUrl url = PostgresUrl.parse("postgres://app@db/c?sslmode=verify-full");

    assertFalse(url.settings().containsKey("quarkus.datasource.reactive.trust-all"));
    assertEquals(
        "HTTPS", url.settings().get("quarkus.datasource.reactive.hostname-verification-algorithm"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://app:geheim@db/c",
        "db:5432/geheim",
        "postgres://:geheim@db/c",
        "postgres:///geheim",
        "postgres://app:gehe im@db/c",
        "postgres://app:geheim/x@db/c",
        "postgres://app:geheim%ZZ@db/c",
        "postgres://app:geheim@db/c?sslmode=perhaps",
        "postgres://app:geheim@db/c?pgbouncer=true"
      })
  void refusesWhatItCannotReadAndKeepsThePasswordToItself(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> PostgresUrl.parse(text));

    assertFalse(String.valueOf(refused.getMessage()).contains("geheim"), refused.getMessage());
  }

  @Test
  void doesNotShowThePassword() {
    assertFalse(PostgresUrl.parse("postgres://app:geheim@db/c").toString().contains("geheim"));
    assertTrue(PostgresUrl.parse("postgres://app:geheim@db/c").place().contains("db:5432"));
  }
}
