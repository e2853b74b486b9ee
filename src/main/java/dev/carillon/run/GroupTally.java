package dev.carillon.run;

/**
 * How many runs of a group have ended in which way. A single one may be below zero for a moment: a
 * run that is retried before its end is counted is taken away first.
 *
 * @param open runs that have not ended
 */
public record GroupTally(
    int open, int succeeded, int failed, int dead, int canceled, int skipped, int missed) {

  /** None of any. */
  public static final GroupTally NONE = new GroupTally(0, 0, 0, 0, 0, 0, 0);

  /** With these ends counted: each of them was open. */
  public GroupTally after(GroupTally ends, int ended) {
    return new GroupTally(
        open - ended,
        succeeded + ends.succeeded,
        failed + ends.failed,
        dead + ends.dead,
        canceled + ends.canceled,
        skipped + ends.skipped,
        missed + ends.missed);
  }

  /** Runs that make a group PARTIAL. */
  public int wrong() {
    return failed + dead + canceled;
  }
}
