package dev.carillon.observe.tracing;

import dev.carillon.broker.EventMessage;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;

/** An event as it is, in another trace context. */
record EventInContext(EventMessage event, String traceparent) implements EventMessage {

  @Override
  public String type() {
    return event.type();
  }

  @Override
  public String tenant() {
    return event.tenant();
  }

  @Override
  public String subject() {
    return event.subject();
  }

  @Override
  public long sequence() {
    return event.sequence();
  }

  @Override
  public Instant time() {
    return event.time();
  }

  @Override
  public UUID id() {
    return event.id();
  }

  @Override
  public JsonObject data() {
    return event.data();
  }
}
