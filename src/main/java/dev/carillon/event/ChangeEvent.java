package dev.carillon.event;

import dev.carillon.run.RunIds;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A change of a schedule or a job. */
public record ChangeEvent(
    String type,
    String tenant,
    String subject,
    long sequence,
    Instant time,
    @Nullable String traceparent,
    JsonObject data)
    implements DomainEvent {

  @Override
  public UUID id() {
    UUID named =
        UUID.nameUUIDFromBytes(
            (tenant + '\n' + subject + '\n' + type).getBytes(StandardCharsets.UTF_8));
    return RunIds.derived(time, named, sequence);
  }
}
