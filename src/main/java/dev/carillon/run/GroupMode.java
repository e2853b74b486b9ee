package dev.carillon.run;

/** How the runs of a group follow each other. */
public enum GroupMode {
  /** Beside each other, as many as the group allows. */
  PARALLEL,
  /** One after the other, in the group's order. */
  SEQUENTIAL
}
