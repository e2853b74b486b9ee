package dev.carillon.rest;

import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** What is told of one tenant from now on, once the relay has published it. */
final class Told {

  private final List<EventMessage> events = new CopyOnWriteArrayList<>();

  private Told() {}

  static Told of(Api api, EventFeed feed) {
    Told told = new Told();
    feed.of(api.tenant(), null).subscribe().with(told.events::add);
    return told;
  }

  /** Waits until as many are there as are expected; answers type and sequence of each. */
  List<String> await(String prefix, int expected) {
    Awaitility.await().until(() -> of(prefix).size() >= expected);
    return of(prefix);
  }

  /** As {@link #await}, with what they carry. */
  List<EventMessage> messages(String prefix, int expected) {
    await(prefix, expected);
    return events.stream().filter(event -> event.type().startsWith(prefix)).toList();
  }

  private List<String> of(String prefix) {
    return events.stream()
        .filter(event -> event.type().startsWith(prefix))
        .map(event -> event.type() + " " + event.sequence())
        .toList();
  }
}
