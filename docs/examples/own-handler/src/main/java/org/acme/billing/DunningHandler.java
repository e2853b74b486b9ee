package org.acme.billing;

import dev.carillon.FixedSchedule;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.RunOptions;
import dev.carillon.Scheduler;
import dev.carillon.run.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
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

  @Override
  public String name() {
    return "dunning";
  }

  @Override
  public Outcome handle(RunContext run) {
    List<String> overdue = List.of("4711", "4712");
    for (String invoice : overdue) {
      scheduler.enqueue(
          "remind",
          Map.of("invoice", invoice),
          RunOptions.NONE.dedupeKey("remind-" + invoice).by(run));
    }
    return Outcome.success(Map.of("overdue", overdue.size()));
  }
}
