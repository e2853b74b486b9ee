package dev.carillon.rest;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Gives a type and a title of ours to the problems that the framework makes (404, 405, 406 …), and
 * takes secrets out of the paths that they name.
 */
@ApplicationScoped
public class ProblemDefaults implements ProblemPostProcessor {

  @Override
  public int priority() {
    return 50; // before problems are written to the log, at 100
  }

  @Override
  public HttpProblem apply(HttpProblem problem, ProblemContext context) {
    HttpProblem shown =
        SecretPaths.isSecret(context.path)
            ? HttpProblem.builder(problem).withInstance(SecretPaths.shown(context.path)).build()
            : problem;
    if (shown.getType() != null) {
      return shown;
    }
    ProblemType type = ProblemType.of(shown.getStatusCode());
    return HttpProblem.builder(shown).withType(type.uri()).withTitle(type.title()).build();
  }
}
