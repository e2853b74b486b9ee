package org.acme.billing;

import dev.carillon.JobDefinition;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.Scheduler;
import dev.carillon.run.Outcome;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** Reminds of one invoice. */
@ApplicationScoped
public class RemindHandler implements JobHandler {

  @Startup
  void declare(Scheduler scheduler) {
    scheduler.declare(JobDefinition.of("remind").maxAttempts(3));
  }

  @Override
  public String name() {
    return "remind";
  }

  @Override
  public Outcome handle(RunContext run) {
    return Outcome.success(Map.of("text", "Invoice " + run.params().get("invoice") + " is overdue."));
  }
}
