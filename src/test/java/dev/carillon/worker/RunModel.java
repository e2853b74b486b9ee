package dev.carillon.worker;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run as the design's table of edges has it, moved by the operations of workers, of the leader
 * and of people. What may not happen is refused and changes nothing. It knows no database.
 */
final class RunModel {

  private RunState state = RunState.QUEUED;
  private int generation = 1;
  private int attempt;
  private int tried;
  private int lost;
  private @Nullable UUID holder;
  private boolean cancelRequested;

  /** "generation attempt outcome final state" of every attempt that has ended. */
  private final List<String> told = new ArrayList<>();

  boolean claim(UUID worker) {
    if (state != RunState.QUEUED && state != RunState.RETRY_SCHEDULED) {
      return false;
    }
    if (state == RunState.RETRY_SCHEDULED) {
      become(RunState.QUEUED, "come due");
    }
    become(RunState.RUNNING, "claim");
    attempt++;
    holder = worker;
    return true;
  }

  /** By whoever says to have it, as the attempt that it says to be. */
  boolean complete(UUID worker, int number, Verdict verdict) {
    if (state != RunState.RUNNING || number != attempt || !worker.equals(holder)) {
      return false;
    }
    AttemptOutcome outcome = verdict.outcome();
    RunState end = verdict.finalState();
    if (end == null && cancelRequested) {
      outcome = AttemptOutcome.CANCELED;
      end = RunState.CANCELED;
    }
    holder = null;
    tell(outcome, end);
    if (end != null) {
      become(end, "complete");
    } else {
      become(
          outcome == AttemptOutcome.DRAINED ? RunState.QUEUED : RunState.RETRY_SCHEDULED,
          "complete");
      tried += outcome == AttemptOutcome.FAILED || outcome == AttemptOutcome.TIMED_OUT ? 1 : 0;
      lost += outcome == AttemptOutcome.LOST ? 1 : 0;
    }
    return true;
  }

  /** Its worker is gone, and the leader takes it back. */
  boolean lose(UUID worker, Verdict verdict) {
    return complete(worker, attempt, verdict);
  }

  boolean cancel() {
    if (state.isFinal()) {
      return false;
    }
    if (state == RunState.RUNNING) {
      cancelRequested = true;
    } else {
      endWithoutExecuting("cancel");
    }
    return true;
  }

  boolean retry() {
    if (state != RunState.FAILED && state != RunState.DEAD && state != RunState.CANCELED) {
      return false;
    }
    become(RunState.QUEUED, "retry");
    generation++;
    tried = 0;
    lost = 0;
    cancelRequested = false;
    return true;
  }

  boolean discard() {
    if (state != RunState.FAILED && state != RunState.DEAD) {
      return false;
    }
    generation++;
    endWithoutExecuting("discard");
    return true;
  }

  private void endWithoutExecuting(String operation) {
    become(RunState.CANCELED, operation);
    attempt++;
    tell(AttemptOutcome.CANCELED, RunState.CANCELED);
  }

  private void become(RunState next, String operation) {
    state = state.to(next, operation, "of the model");
  }

  private void tell(AttemptOutcome outcome, @Nullable RunState end) {
    told.add(generation + " " + attempt + " " + outcome + " " + end);
  }

  int attempt() {
    return attempt;
  }

  int lost() {
    return lost;
  }

  @Nullable UUID holder() {
    return holder;
  }

  boolean isFinal() {
    return state.isFinal();
  }

  /** As the tables have it: its queue row, or the end of its last generation. */
  String standing() {
    return state.isFinal()
        ? "ended " + state + " " + generation + " " + attempt
        : "%s %d %d tried %d lost %d %s%s"
            .formatted(
                state,
                generation,
                attempt,
                tried,
                lost,
                holder == null ? "free" : holder,
                cancelRequested ? " to be cancelled" : "");
  }

  List<String> story() {
    return told;
  }
}
