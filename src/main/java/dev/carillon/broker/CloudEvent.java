package dev.carillon.broker;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent 1.0 that somebody sent. {@code source} and {@code id} together identify it, however
 * often it comes.
 *
 * @param type for example {@code scheduler.run.requested}
 * @param attributes every other attribute and extension by its name in lower case: {@code tenant},
 *     {@code traceparent}, {@code datacontenttype} …
 * @param data as JSON text or whatever {@code datacontenttype} says; empty where there was none
 */
public record CloudEvent(
    String id, String source, String type, Map<String, String> attributes, byte[] data) {

  public CloudEvent {
    attributes = Map.copyOf(attributes);
  }

  /** Null: it is not there. */
  public @Nullable String attribute(String name) {
    return attributes.get(name);
  }
}
