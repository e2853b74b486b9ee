package dev.carillon.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.run.RunState;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JsonValuesTest {

  @Test
  void writesWhatARequestWouldHaveSaid() {
    UUID id = UUID.fromString("019a0000-0000-7000-8000-000000000001");
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("whole", List.of(1, 2L, (short) 3, new BigInteger("12345678901234567890")));
    values.put("broken", List.of(0.25, 2.5f, new BigDecimal("2.50")));
    values.put("nothing", null);
    values.put("mixed", Arrays.asList(true, null, "text", 'c', new String[] {"a"}));
    values.put("written", List.of(id, RunState.QUEUED, ZoneId.of("Europe/Berlin")));
    values.put("times", List.of(Instant.EPOCH, LocalDate.EPOCH, Duration.ofMinutes(5)));
    values.put("inner", Map.of("a", Map.of("b", 1)));

    String expected =
        """
        {"whole":[1,2,3,12345678901234567890],"broken":[0.25,2.5,2.50],"nothing":null,\
        "mixed":[true,null,"text","c",["a"]],\
        "written":["019a0000-0000-7000-8000-000000000001","QUEUED","Europe/Berlin"],\
        "times":["1970-01-01T00:00:00Z","1970-01-01","PT5M"],"inner":{"a":{"b":1}}}""";
    assertEquals(expected, JsonText.write(JsonValues.object(values)));
  }

  @Test
  void namesByItsPathWhatIsNoJsonValue() {
    Map<String, Object> broken = new HashMap<>();
    broken.put("params", Map.of("rates", List.of(1, Double.NaN)));

    assertEquals("/params/rates/1", refused(broken));
    assertEquals("/who", refused(Map.of("who", new Object())));
    assertEquals("/n", refused(Map.of("n", new AtomicInteger())));
  }

  private static String refused(Map<String, Object> values) {
    return assertThrows(InvalidInput.class, () -> JsonValues.object(values))
        .errors()
        .get(0)
        .pointer();
  }
}
