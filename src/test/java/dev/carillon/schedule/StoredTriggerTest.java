package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.time.Cron;
import dev.carillon.time.cron.CronDialect;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredTriggerTest {

  @ParameterizedTest
  @EnumSource(CronDialect.class)
  void keepsTheDialectOfACronExpression(CronDialect dialect) {
    assertEquals(
        Cron.parse(dialect.example(), dialect),
        StoredTrigger.read(
            Map.of("type", "CRON", "expression", dialect.example(), "dialect", dialect.name())));
  }

  @Test
  void takesUnixWhereNoDialectIsStored() {
    assertEquals(
        Cron.parse("0 9 * * *"),
        StoredTrigger.read(Map.of("type", "CRON", "expression", "0 9 * * *")));
  }

  @Test
  void refusesADialectItDoesNotKnow() {
    Map<String, Object> stored = Map.of("type", "CRON", "expression", "@daily", "dialect", "X");
    assertThrows(IllegalArgumentException.class, () -> StoredTrigger.read(stored));
  }
}
