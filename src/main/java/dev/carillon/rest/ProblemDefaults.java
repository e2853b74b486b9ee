package dev.carillon.rest;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import jakarta.enterprise.context.ApplicationScoped;

/** Gives a type and a title of ours to the problems that the framework makes (404, 405, 406 …). */
@ApplicationScoped
public class ProblemDefaults implements ProblemPostProcessor {

  @Override
  public int priority() {
    return 50; // before problems are written to the log, at 100
  }

  @Override
  public HttpProblem apply(HttpProblem problem, ProblemContext context) {
    if (problem.getType() != null) {
      return problem;
    }
    ProblemType type = ProblemType.of(problem.getStatusCode());
    return HttpProblem.builder(problem).withType(type.uri()).withTitle(type.title()).build();
  }
}
