package dev.carillon.boot;

/** What a process does; one artifact does all of it unless CARILLON_ROLES says less. */
public enum Role {
  /** REST and the event stream. */
  API,
  /** Planning, reconciling and relaying, each behind its own lease. */
  TICKER,
  /** Executes due runs. */
  WORKER
}
