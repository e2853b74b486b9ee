package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorableTest {

  private static final ObjectMapper MAPPER = Storable.mapper(new ObjectMapper());

  @ParameterizedTest
  @CsvSource({
    "'a\u0000b', 'a\uFFFDb'",
    "'\uD83D', '\uFFFD'",
    "'\uDE00', '\uFFFD'",
    "'\uDE00\uD83D', '\uFFFD\uFFFD'",
    "'\uD83D\uD83D\uDE00', '\uFFFD\uD83D\uDE00'",
    "'\uD83D\uDE00\uDE00', '\uD83D\uDE00\uFFFD'"
  })
  void replacesWhatPostgresqlRefusesAndNothingElse(String text, String storable) {
    assertEquals(storable, Storable.text(text));
  }

  @Test
  void leavesFineTextAlone() {
    String fine = "Grüße \uD83D\uDE00 \t\n";

    assertSame(fine, Storable.text(fine));
  }

  @Test
  void cleansKeysAndValuesAtAnyDepth() {
    Map<String, Object> output = Map.of("k\u0000", List.of(Map.of("x", "v\uD800")));

    assertEquals("{\"k\uFFFD\":[{\"x\":\"v\uFFFD\"}]}", Storable.output(output, MAPPER));
  }

  @Test
  void writesEndlessNumbersAsText() {
    Map<String, Object> output = new HashMap<>();
    output.put("a", Double.NaN);
    output.put("b", Float.NEGATIVE_INFINITY);
    output.put("c", new BigDecimal("1e1000000000"));
    output.put("d", BigInteger.TEN.pow(5_000));
    output.put("e", new BigDecimal("1e-1000000000"));
    output.put("f", 1.5);
    output.put("g", new BigDecimal("12345678901234567890.5"));

    JsonObject stored = new JsonObject(Storable.output(output, MAPPER));

    assertEquals("NaN", stored.getValue("a"));
    for (String key : List.of("b", "c", "d", "e")) {
      assertTrue(stored.getValue(key) instanceof String, key);
    }
    assertEquals(1.5, stored.getValue("f"));
    assertTrue(stored.getValue("g") instanceof Number);
  }

  @Test
  void cutsWhatIsTooLargeAndSaysSo() {
    String stored = Storable.output("ü\uD83D\uDE00".repeat(350_000), MAPPER);

    assertTrue(stored.getBytes(StandardCharsets.UTF_8).length <= Storable.MOST_BYTES);
    assertEquals(true, new JsonObject(stored).getBoolean("truncated"));
    assertTrue(new JsonObject(stored).getString("head").length() > 10_000);
  }

  /** Ten megabytes, also of what takes more room in JSON than it is long. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "\"", "\u0001", "€"})
  void keepsNearlySixtyFourKibibytesOfWhatItCuts(String character) {
    String stored = Storable.output(Map.of("k", character.repeat(10 * 1024 * 1024)), MAPPER);

    int bytes = stored.getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes <= Storable.MOST_BYTES && bytes > Storable.MOST_BYTES - 1_024, bytes + "");
    assertTrue(new JsonObject(stored).getString("head").startsWith("{\"k\":\""));
  }

  @Test
  void writesTheJsonOfVertxAsItself() {
    assertEquals(
        "{\"a\":[1]}", Storable.output(new JsonObject().put("a", new JsonArray().add(1)), MAPPER));
    assertEquals("[1]", Storable.output(new JsonArray().add(1), MAPPER));
    assertEquals("[{}]", Storable.output(List.of(new JsonObject()), MAPPER));
  }

  @Test
  void keepsNothingForNothing() {
    assertNull(Storable.output(null, MAPPER));
  }

  @Test
  void refusesWhatIsNoJsonByNamingItsType() {
    Map<String, Object> endless = new HashMap<>();
    endless.put("self", endless);

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Storable.output(endless, MAPPER));

    assertTrue(refused.getMessage().contains("java.util.HashMap"), refused.getMessage());
  }
}
