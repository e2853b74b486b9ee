package dev.carillon.broker.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.broker.JobDue;
import dev.carillon.broker.kafka.JobDueCodec.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobDueCodecTest {

  private static final UUID RUN = UUID.fromString("01a1fde4-3e63-71c2-8846-3f4eb83a78c5");

  @Test
  void readsWhatItWrote() throws UnreadableException {
    JobDue whole =
        new JobDue(
            RUN,
            Instant.parse("2026-03-29T01:00:00.000001Z"),
            4,
            "a-b",
            "mail",
            "„x\"\\\n",
            "00-1");
    JobDue bare = new JobDue(RUN, Instant.EPOCH, 0, "default", "default");

    assertEquals(whole, JobDueCodec.decode(received(JobDueCodec.encode(whole))));
    assertEquals(bare, JobDueCodec.decode(received(JobDueCodec.encode(bare))));
  }

  @Test
  void ignoresWhatALaterVersionMaySay() throws UnreadableException {
    JobDue due =
        JobDueCodec.decode(
            received(
                "{\"more\":{\"run\":1},\"run\":\"%s\",\"due\":\"2026-01-01T00:00:00Z\",\"priority\":1,\"tenant\":\"t\",\"list\":[1]}"
                    .formatted(RUN)));

    assertEquals(new JobDue(RUN, Instant.parse("2026-01-01T00:00:00Z"), 1, "t", "q"), due);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{}",
        "{\"run\":\"01a1fde4-3e63-71c2-8846-3f4eb83a78c5\"",
        "{\"run\":{},\"due\":\"2026-01-01T00:00:00Z\",\"priority\":1,\"tenant\":\"t\"}",
        "{\"run\":\"01a1fde4-3e63-71c2-8846-3f4eb83a78c5\",\"due\":\"soon\",\"priority\":1,\"tenant\":\"t\"}",
        "{\"run\":\"01a1fde4-3e63-71c2-8846-3f4eb83a78c5\",\"due\":\"2026-01-01T00:00:00Z\",\"priority\":5,\"tenant\":\"t\"}",
        "{\"run\":\"01a1fde4-3e63-71c2-8846-3f4eb83a78c5\",\"due\":\"2026-01-01T00:00:00Z\",\"priority\":\"1\",\"tenant\":\"t\"}",
      })
  void saysWhatIsWrong(String body) {
    UnreadableException wrong =
        assertThrows(UnreadableException.class, () -> JobDueCodec.decode(received(body)));

    assertFalse(wrong.getMessage().isBlank());
  }

  private static ConsumerRecord<byte[], byte[]> received(String body) {
    return new ConsumerRecord<>(
        "scheduler.job.due.q", 0, 0, null, body.getBytes(StandardCharsets.UTF_8));
  }

  private static ConsumerRecord<byte[], byte[]> received(ProducerRecord<byte[], byte[]> sent) {
    ConsumerRecord<byte[], byte[]> received =
        new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
    sent.headers().forEach(header -> received.headers().add(header));
    return received;
  }
}
