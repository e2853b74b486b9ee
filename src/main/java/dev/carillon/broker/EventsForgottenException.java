package dev.carillon.broker;

import java.util.UUID;

/** A reader wants to go on from an event that is no longer remembered here. */
public final class EventsForgottenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public EventsForgottenException(UUID lastSeen) {
    super("event " + lastSeen + " is no longer remembered here");
  }
}
