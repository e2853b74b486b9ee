package dev.carillon.event.integration;

/** A request that no further try can grant; its words say what to mend, without any value of it. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RefusedException(String reason) {
    super(reason, null, false, false);
  }
}
