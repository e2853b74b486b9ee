package dev.carillon.pg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DueNoticeTest {

  @Test
  void comesBackAsItWasSentInAsFewPayloadsAsPostgresqlTakes() {
    List<DueNotice> sent = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      sent.add(
          new DueNotice(
              new UUID(i, i),
              Instant.parse("2026-03-01T12:00:00.123456Z").minusSeconds(i * 100_000_000L),
              i % 5,
              "t".repeat(1 + i % 63),
              "q".repeat(1 + i % 63)));
    }

    List<String> payloads = DueNotice.payloads(sent);

    assertEquals(
        sent, payloads.stream().flatMap(payload -> DueNotice.parse(payload).stream()).toList());
    assertTrue(payloads.stream().allMatch(p -> p.getBytes(StandardCharsets.UTF_8).length < 8_000));
    assertTrue(payloads.size() < 30, () -> payloads.size() + " payloads");
  }

  @Test
  void isNothingWithoutRuns() {
    assertEquals(List.of(), DueNotice.payloads(List.of()));
  }

  @Test
  void leavesOutLinesThatAreNotOurs() {
    DueNotice ours = new DueNotice(new UUID(1, 2), Instant.EPOCH, 2, "default", "default");

    String payload =
        "hello\none two three four five\n"
            + "00000000-0000-0001-0000-000000000002 x 2 t q\n"
            + DueNotice.payloads(List.of(ours)).get(0);

    assertEquals(List.of(ours), DueNotice.parse(payload));
  }
}
