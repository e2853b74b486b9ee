package dev.carillon.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carillon.broker.JobDue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DueCodecTest {

  @Test
  void readsWhatItWrote() {
    JobDue due =
        new JobDue(
            UUID.randomUUID(),
            Instant.parse("2026-03-29T01:00:00.000001Z"),
            4,
            "a",
            "q",
            "ü\"",
            "t");

    assertThat(DueCodec.read(DueCodec.write(due), "q", "t")).isEqualTo(due);
  }

  @Test
  void passesOverWhatALaterVersionAdds() {
    String later =
        """
        {"run":"01900000-0000-7000-8000-000000000001","x":{"run":1},"due":"2026-01-01T00:00:00Z",
         "priority":2,"tenant":"a","y":[1,{}],"job":null}""";

    assertThat(read(later).job()).isNull();
    assertThat(read(later).priority()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|it is not a JSON object",
        "[]|it is not a JSON object",
        "{\"run\"|it is not JSON",
        "{\"run\":\"1\",\"tenant\":\"a\",\"priority\":1}|its run is not a UUID",
        "{\"tenant\":\"a\",\"priority\":5}|its priority is not a number from 0 to 4",
        "{\"tenant\":{\"a\":1},\"priority\":5}|it names no tenant",
      })
  void saysWhatIsWrongWithoutRepeatingIt(String body, String reason) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(body)).withMessage(reason);
  }

  private static JobDue read(String body) {
    return DueCodec.read(body.getBytes(StandardCharsets.UTF_8), "q", null);
  }
}
