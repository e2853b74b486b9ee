package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunStateTest {

  /** The whole matrix as the design draws it: from the row's state to the column's. */
  private static final String MATRIX =
      """
                      PENDING SCHEDULED QUEUED RUNNING RETRY_SCHEDULED SUCCEEDED FAILED DEAD CANCELED MISSED SKIPPED
      PENDING         -       yes       -      -       -               -         -      -    yes      yes    -
      SCHEDULED       -       -         yes    -       -               -         -      -    yes      yes    yes
      QUEUED          -       -         -      yes     -               -         -      -    yes      yes    yes
      RUNNING         -       -         yes    -       yes             yes       yes    yes  yes      -      -
      RETRY_SCHEDULED -       -         yes    -       -               -         -      -    yes      -      -
      SUCCEEDED       -       -         -      -       -               -         -      -    -        -      -
      FAILED          yes     -         yes    -       -               -         -      -    yes      -      -
      DEAD            yes     -         yes    -       -               -         -      -    yes      -      -
      CANCELED        yes     -         yes    -       -               -         -      -    -        -      -
      MISSED          -       yes       -      -       -               -         -      -    -        -      -
      SKIPPED         -       yes       -      -       -               -         -      -    -        -      -
      """;

  static Stream<Arguments> matrix() {
    List<String[]> lines = MATRIX.lines().map(line -> line.strip().split(" +")).toList();
    List<Arguments> cells = new ArrayList<>();
    for (String[] row : lines.subList(1, lines.size())) {
      for (int i = 1; i < row.length; i++) {
        cells.add(
            Arguments.of(
                RunState.valueOf(row[0]),
                RunState.valueOf(lines.get(0)[i - 1]),
                row[i].equals("yes")));
      }
    }
    return cells.stream();
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @MethodSource("matrix")
  void allowsExactlyTheEdgesOfTheTable(RunState from, RunState to, boolean allowed) {
    assertEquals(allowed, from.mayBecome(to));
    if (allowed) {
      assertEquals(to, from.to(to, "change", 4711));
    } else {
      assertThrows(IllegalTransitionException.class, () -> from.to(to, "change", 4711));
    }
  }

  @Test
  void theTableIsWhole() {
    int states = RunState.values().length;

    assertEquals(11, states);
    assertEquals(states * states, matrix().distinct().count());
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
