package dev.carillon.pg;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pool that Quarkus asks for, and remembers how it connects, so that the engine's own
 * connections go to the same place by the same means (TLS, credentials, whatever was configured).
 */
@Singleton
public class PgPools implements PgPoolCreator {

  private volatile @Nullable List<PgConnectOptions> options;

  @Override
  public Pool create(Input input) {
    options = List.copyOf(input.pgConnectOptionsList());
    return PgBuilder.pool()
        .with(input.poolOptions())
        .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
        .using(input.vertx())
        .build();
  }

  /** A copy of how the default pool connects; known once that pool exists. */
  PgConnectOptions connectOptions() {
    List<PgConnectOptions> known = options;
    if (known == null || known.isEmpty()) {
      throw new IllegalStateException("the default pool must be made before the engine's");
    }
    return new PgConnectOptions(known.get(0));
  }
}
