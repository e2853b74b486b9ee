package dev.carillon.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * How far a run has come with its tries, before the attempt that is being judged.
 *
 * @param generation raised by an operator's retry, which begins to count anew
 * @param tried attempts of this generation that have used the retry budget so far
 * @param lost attempts of this generation whose worker disappeared so far
 * @param agedFrom from when {@link RetryPolicy#maxAge} counts, UTC
 */
public record Tries(
    RetryPolicy policy, UUID run, int generation, int tried, int lost, Instant agedFrom) {

  public Tries {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(agedFrom, "agedFrom");
    if (generation < 1 || tried < 0 || lost < 0) {
      throw new IllegalArgumentException(
          "generation "
              + generation
              + ", tried "
              + tried
              + ", lost "
              + lost
              + ": the first starts at 1, the others at 0");
    }
  }

  /** Whether the policy allows one more try after the one that is being judged. */
  boolean isAnotherLeft() {
    return policy.allowsAnotherAfter(tried + 1);
  }

  /** The pause after the try that is being judged. */
  Duration delay() {
    return policy.delayAfter(tried + 1, run, generation);
  }

  /** Whether a try that begins then would come too late. */
  boolean isTooOld(Instant begin) {
    Duration most = policy.maxAge();
    return most != null && Duration.between(agedFrom, begin).compareTo(most) > 0;
  }
}
