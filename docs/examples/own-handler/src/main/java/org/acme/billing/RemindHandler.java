package org.acme.billing;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** Reminds of one invoice. */
@ApplicationScoped
public class RemindHandler implements JobHandler {

  @Override
  public String name() {
    return "remind";
  }

  @Override
  public Outcome handle(RunContext run) {
    return Outcome.success(Map.of("said", "Invoice " + run.params().get("invoice") + " is overdue."));
  }
}
