package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;

/** What the tests of cron's dialects want of a refusal. */
final class Refused {

  private Refused() {}

  /** The field, the position and the reason are named, and the example is right. */
  static void expression(
      Function<String, Cron> parse, String expression, int position, String reason) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> parse.apply(expression));
    assertEquals("expression", refused.field());
    assertTrue(refused.getMessage().contains(reason), refused::getMessage);
    assertEquals(position, refused.position(), refused::getMessage);
    parse.apply(refused.example());
  }
}
