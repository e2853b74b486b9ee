package dev.carillon.samples;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** The demonstration job: greets whoever {@code params.name} says. */
@ApplicationScoped
public class HelloHandler implements JobHandler {

  @Override
  public String name() {
    return "hello";
  }

  @Override
  public Outcome handle(RunContext run) {
    Object name = run.params().getOrDefault("name", "world");
    return Outcome.success(Map.of("greeting", "Hello, " + name + "!"));
  }
}
