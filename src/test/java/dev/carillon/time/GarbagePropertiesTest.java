package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is not cron or RRULE and is parsed too: instants, durations, local times and zones. */
class GarbagePropertiesTest {

  @Property
  void garbageIsRefusedAndNothingElse(@ForAll("garbage") String text) {
    List<Runnable> parsers =
        List.of(
            () -> OneShot.parse(text),
            () -> Interval.parse(text, null),
            () -> Interval.parse("P1D", text),
            () -> FixedDelay.parse(text),
            () -> Zones.parse(text));
    for (Runnable parser : parsers) {
      try {
        parser.run();
      } catch (InvalidTrigger refused) {
        assertFalse(refused.getMessage().isEmpty());
        Integer position = refused.position();
        assertTrue(position == null || position >= 0 && position <= text.length());
      }
    }
  }

  @Provide
  Arbitrary<String> garbage() {
    Arbitrary<String> alike =
        Arbitraries.strings().withChars("0123456789PTYMWDHSZ.,+-: /").ofMaxLength(25);
    return Arbitraries.oneOf(alike, Arbitraries.strings().ofMaxLength(80));
  }
}
