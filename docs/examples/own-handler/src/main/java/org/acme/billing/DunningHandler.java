package org.acme.billing;

import dev.carillon.FixedSchedule;
import dev.carillon.JobDefinition;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.RunOptions;
import dev.carillon.Scheduler;
import dev.carillon.run.Outcome;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;

/** Looks every two seconds for invoices that are overdue, and has each reminded of, once. */
@ApplicationScoped
@FixedSchedule(every = "PT2S")
public class DunningHandler implements JobHandler {

  private final Scheduler scheduler;

  DunningHandler(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void declare(@Observes StartupEvent start) {
    scheduler.declare(JobDefinition.of("remind").maxAttempts(3));
  }

  @Override
  public String name() {
    return "dunning";
  }

  @Override
  public Outcome handle(RunContext run) {
    List<String> overdue = List.of("4711", "4712");
    for (String invoice : overdue) {
      RunOptions once = RunOptions.NONE.dedupeKey("remind-" + invoice).by(run);
      scheduler.enqueue("remind", Map.of("invoice", invoice), once);
    }
    return Outcome.success(Map.of("overdue", overdue.size()));
  }
}
