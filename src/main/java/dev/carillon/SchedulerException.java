package dev.carillon;

import java.util.List;

/** What was asked of a {@link Scheduler} did not come about; the message says what to mend. */
public final class SchedulerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Whose turn it is. */
  public enum Reason {
    /** The definition or the options are wrong; asking again the same is refused again. */
    INVALID,
    /** There is no such run or schedule. */
    NOT_FOUND,
    /** It is there, but in a state that does not allow this: an archived job, an ended run. */
    WRONG_STATE,
    /**
     * The database did not answer, or not in time. It may have come about; asking again is safe
     * with a key.
     */
    UNAVAILABLE
  }

  private final Reason reason;
  private final transient List<String> problems;

  /**
   * @param message the whole of it, for people
   * @param problems one by one, each naming its field
   */
  public SchedulerException(Reason reason, String message, List<String> problems, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.problems = List.copyOf(problems);
  }

  public Reason reason() {
    return reason;
  }

  /** Everything that is wrong, each naming its field; empty unless {@link Reason#INVALID}. */
  public List<String> problems() {
    return problems == null ? List.of() : problems;
  }
}
