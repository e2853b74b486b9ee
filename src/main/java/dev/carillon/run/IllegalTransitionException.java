package dev.carillon.run;

/** An edge that the table of {@link RunState} does not have. */
public final class IllegalTransitionException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  IllegalTransitionException(String operation, Object run, RunState from, RunState to) {
    super(operation + " of run " + run + ": a run that is " + from + " cannot become " + to);
  }
}
