package dev.carillon.catalog.input;

import dev.carillon.run.GroupMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group that somebody wants.
 *
 * @param name for people; null: none
 * @param maxParallel how many may be at work at once; null: any number, and where they follow each
 *     other
 * @param stopsOnFailure whether the rest is cancelled once a run has ended FAILED, DEAD or CANCELED
 * @param runs in the group's order; may be empty
 */
public record GroupDeclaration(
    @Nullable String name,
    GroupMode mode,
    @Nullable Integer maxParallel,
    boolean stopsOnFailure,
    List<RunRequest> runs) {

  public GroupDeclaration {
    runs = List.copyOf(runs);
  }
}
