package dev.carillon.broker;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** Port: carries events out to whoever subscribed. */
public interface EventChannel {

  /** Publishes in order; completes when the broker has all of them, fails when it may miss some. */
  Uni<Void> publish(List<EventMessage> events);
}
