package dev.carillon.catalog;

import dev.carillon.run.RunState;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What an operator does with runs that ended ill. */
public enum Revival {
  /** The same run once more, its retry budget anew. */
  RETRY(RevivalSql.RETRY, GroupSql.REVIVED, RunState.QUEUED, "retried"),
  /** Nobody needs it any more. */
  DISCARD(RevivalSql.DISCARD, RevivalSql.GROUPS_DISCARDED, RunState.CANCELED, "discarded");

  private final String statement;
  private final String ofGroups;
  private final Set<RunState> states;
  private final String done;

  Revival(String statement, String ofGroups, RunState becomes, String done) {
    this.statement = statement;
    this.ofGroups = ofGroups;
    this.states =
        EnumSet.allOf(RunState.class).stream()
            .filter(state -> state.isFinal() && state.mayBecome(becomes))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(RunState.class)));
    this.done = done;
  }

  String statement() {
    return statement;
  }

  String ofGroups() {
    return ofGroups;
  }

  /** How runs must have ended for it, in the order of {@link RunState}. */
  public Set<RunState> states() {
    return EnumSet.copyOf(states);
  }

  String done() {
    return done;
  }
}
