package dev.carillon.broker;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened, as the world is told of it. {@link #data()} is built when somebody reads
 * it: an event that nobody listens to costs no rendering.
 */
public interface EventMessage {

  /** For example {@code scheduler.run.succeeded}; also the Kafka topic. */
  String type();

  String tenant();

  /** What it happened to: {@code runs/0190…}, {@code schedules/0190…}. */
  String subject();

  /** Rises with every event of the same subject; decides their order wherever they arrive. */
  long sequence();

  /** When it happened, UTC. */
  Instant time();

  /** The same when the same event is published again after a takeover; UUIDv7 in form. */
  UUID id();

  /** W3C trace context; null: none. */
  @Nullable String traceparent();

  /** The resource, without parameters and output. */
  JsonObject data();
}
