package dev.carillon.observe;

import io.quarkus.arc.All;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Leader, ticker, worker and broker of this process, as data; down when a part is unfit. */
@Readiness
class EngineHealth implements HealthCheck {

  private final List<HealthPart> parts;

  EngineHealth(@All List<HealthPart> parts) {
    this.parts = parts;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("carillon").up();
    for (HealthPart part : parts) {
      part.tell().forEach((name, value) -> response.withData(part.part() + "." + name, value));
      String unfit = part.unfit();
      if (unfit != null) {
        response.down().withData(part.part() + ".unfit", unfit);
      }
    }
    return response.build();
  }
}
