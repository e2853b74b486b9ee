package dev.carillon.broker;

import io.smallrye.mutiny.Multi;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The events of one tenant as they are published, for whoever watches: {@code GET /events}. */
public interface EventFeed {

  /**
   * Events from now on, or from the one after {@code lastSeen}. A reader that falls more than some
   * thousand events behind gets a failure rather than a gap, and may come back with the id it saw
   * last.
   *
   * @param lastSeen id of an event; null: from now on
   * @throws EventsForgottenException at subscription, when the event after {@code lastSeen} is no
   *     longer remembered
   */
  Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen);
}
