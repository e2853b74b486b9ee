package dev.carillon.catalog;

import dev.carillon.run.RunIds;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes the ids of what is created here. */
@Singleton
class Ids {

  private final RandomGenerator random = new SecureRandom();

  UUID next(Instant now) {
    return RunIds.random(now, random);
  }
}
