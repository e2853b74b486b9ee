package dev.carillon.broker;

import io.vertx.core.json.JsonObject;

/** Renders an event as a CloudEvent 1.0 in the JSON format (CloudEvents JSON Event Format §3). */
public final class CloudEvents {

  private CloudEvents() {}

  /**
   * @param source which Carillon tells it: {@code /carillon/{instance}}
   */
  public static JsonObject structured(EventMessage event, String source) {
    JsonObject rendered =
        new JsonObject()
            .put("specversion", "1.0")
            .put("id", event.id().toString())
            .put("source", source)
            .put("type", event.type())
            .put("subject", event.subject())
            .put("time", event.time().toString())
            .put("datacontenttype", "application/json")
            .put("tenant", event.tenant())
            .put("sequence", "%010d".formatted(event.sequence()))
            .put("partitionkey", partitionKey(event));
    if (event.traceparent() != null) {
      rendered.put("traceparent", event.traceparent());
    }
    return rendered.put("data", event.data());
  }

  /** Keeps the events of one subject on one partition: its id. */
  public static String partitionKey(EventMessage event) {
    return event.subject().substring(event.subject().indexOf('/') + 1);
  }
}
