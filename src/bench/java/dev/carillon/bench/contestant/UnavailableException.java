package dev.carillon.bench.contestant;

/** A contestant needs something that this machine does not have; the message says what. */
public final class UnavailableException extends RuntimeException {

  UnavailableException(String what) {
    super(what);
  }
}
