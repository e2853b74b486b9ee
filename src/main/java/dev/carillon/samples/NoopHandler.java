package dev.carillon.samples;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Does nothing: for trying out schedules, and for measuring what everything around a handler costs.
 */
@ApplicationScoped
public class NoopHandler implements JobHandler {

  @Override
  public String name() {
    return "noop";
  }

  @Override
  public Outcome handle(RunContext run) {
    return Outcome.success();
  }
}
