package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class StorableProperties {

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars('\0', 'a', '\uD800', '\uDBFF', '\uDC00', '\uDFFF', '\uFFFD')
        .ofMaxLength(20);
  }

  @Property
  void isAlwaysTextThatUtf8CanCarryWithoutNul(@ForAll("texts") String text) {
    String storable = Storable.text(text);

    assertEquals(text.length(), storable.length());
    assertFalse(storable.indexOf('\0') >= 0);
    assertEquals(
        storable, new String(storable.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    assertEquals(storable, Storable.text(storable));
  }
}
