package dev.carillon.observe;

import dev.carillon.pg.Pg;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Without the database no role can do its work. */
@Readiness
class DatabaseHealth implements AsyncHealthCheck {

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Pg pg;

  DatabaseHealth(Pg pg) {
    this.pg = pg;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("database");
    return pg.asEngine("select 1", Tuple.tuple())
        .ifNoItem()
        .after(PATIENCE)
        .fail()
        .map(answered -> response.up().build())
        .onFailure()
        .recoverWithItem(
            failure ->
                response.down().withData("reason", failure.getClass().getSimpleName()).build());
  }
}
