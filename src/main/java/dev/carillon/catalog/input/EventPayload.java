package dev.carillon.catalog.input;

/** What the events of a job's runs carry. */
public enum EventPayload {
  /** Who and what it is about, neither parameters nor output. */
  REFERENCE,
  /** These too. */
  FULL
}
