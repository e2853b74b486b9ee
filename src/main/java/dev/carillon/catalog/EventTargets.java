package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A target as events carry it: they go to more readers than the API, and are kept elsewhere. */
final class EventTargets {

  private EventTargets() {}

  /** Takes the headers and the URL's query out of {@code target}: tokens are written there. */
  static void redact(ObjectNode data) {
    if (!(data.path("target") instanceof ObjectNode shown)) {
      return;
    }
    ObjectNode target = shown.deepCopy();
    target.remove("headers");
    if (target.path("url").isTextual()) {
      // What follows a # is told to nobody but may hold a ? of its own.
      target.put("url", target.path("url").textValue().split("[?#]", 2)[0]);
    }
    data.set("target", target);
  }
}
