package dev.carillon.boot;

/** Why the start stops, in words for whoever started it; shown without a stack trace. */
public final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StartFailure(String message) {
    super(message);
  }
}
