package dev.carillon.broker;

/** A message that is no CloudEvent; its words say what to mend, and nothing of what it held. */
public final class NotACloudEventException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public NotACloudEventException(String reason) {
    super(reason, null, false, false);
  }
}
