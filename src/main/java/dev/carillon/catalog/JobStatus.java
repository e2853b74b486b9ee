package dev.carillon.catalog;

/** Where a job stands; it is usable from the start. */
public enum JobStatus {
  /** Nothing has named it yet. */
  CREATED,
  /** A schedule or a run has. */
  ACTIVE,
  ARCHIVED
}
