package dev.carillon.broker;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event of a run, whose id is UUIDv7 in form and tells when it happened. */
record ToldEvent(
    String type, String tenant, UUID run, long sequence, Instant time, @Nullable String traceparent)
    implements EventMessage {

  static final String TYPE = "scheduler.run.succeeded";
  static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  static ToldEvent of(String tenant, UUID run, long sequence) {
    return new ToldEvent(TYPE, tenant, run, sequence, Instant.now(), TRACEPARENT);
  }

  @Override
  public String subject() {
    return "runs/" + run;
  }

  @Override
  public UUID id() {
    long most = time.toEpochMilli() << 16 | 0x7000 | sequence & 0xfff;
    return new UUID(most, 0x8000_0000_0000_0000L | run.getLeastSignificantBits() >>> 2);
  }

  @Override
  public JsonObject data() {
    return new JsonObject()
        .put("id", run.toString())
        .put("state", "SUCCEEDED")
        .put("jobKey", "„Läute“")
        .put("error", new JsonObject().put("retryable", false))
        .put("attempt", sequence);
  }
}
