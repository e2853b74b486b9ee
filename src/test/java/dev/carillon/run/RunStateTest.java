package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunStateTest {

  /** The whole matrix as the design draws it, state by state; what is not named is refused. */
  @ParameterizedTest
  @CsvSource({
    "PENDING,         SCHEDULED MISSED CANCELED",
    "SCHEDULED,       QUEUED MISSED SKIPPED CANCELED",
    "QUEUED,          RUNNING MISSED SKIPPED CANCELED",
    "RUNNING,         QUEUED RETRY_SCHEDULED SUCCEEDED FAILED DEAD CANCELED",
    "RETRY_SCHEDULED, QUEUED CANCELED",
    "SUCCEEDED,       ''",
    "FAILED,          QUEUED CANCELED",
    "DEAD,            QUEUED CANCELED",
    "CANCELED,        QUEUED",
    "MISSED,          SCHEDULED",
    "SKIPPED,         SCHEDULED"
  })
  void allowsExactlyTheEdgesOfTheTable(RunState from, String edges) {
    List<RunState> expected =
        edges.isBlank() ? List.of() : Stream.of(edges.split(" ")).map(RunState::valueOf).toList();

    List<RunState> allowed = new ArrayList<>();
    for (RunState to : RunState.values()) {
      if (from.mayBecome(to)) {
        allowed.add(to);
      }
    }

    assertEquals(expected.stream().sorted().toList(), allowed);
  }

  @ParameterizedTest
  @EnumSource(RunState.class)
  void isFinalExactlyWhereTheEngineGoesNoFurtherByItself(RunState state) {
    boolean live =
        List.of("PENDING", "SCHEDULED", "QUEUED", "RUNNING", "RETRY_SCHEDULED")
            .contains(state.name());

    assertEquals(!live, state.isFinal());
  }

  @ParameterizedTest
  @EnumSource(RunState.class)
  void mayBeClaimedOnlyWhileQueued(RunState state) {
    assertEquals(state == RunState.QUEUED, state.isExecutable());
  }

  @Test
  void saysOperationRunAndStatesOfAnEdgeThatDoesNotExist() {
    IllegalTransitionException refused =
        assertThrows(
            IllegalTransitionException.class,
            () -> RunState.SUCCEEDED.to(RunState.CANCELED, "cancel", "4711"));

    assertEquals(
        "cancel of run 4711: a run that is SUCCEEDED cannot become CANCELED", refused.getMessage());
  }

  @Test
  void answersTheNextStateOfAnEdgeThatExists() {
    assertEquals(RunState.RUNNING, RunState.QUEUED.to(RunState.RUNNING, "claim", "4711"));
    assertTrue(RunState.DEAD.mayBecome(RunState.QUEUED));
  }
}
