package dev.carillon.boot;

import dev.carillon.maintenance.CalendarFiles;
import dev.carillon.observe.HealthPart;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The calendars that all tenants share, where a directory of them is configured. */
@Singleton
class CalendarFolder implements HealthPart {

  private final @Nullable CalendarFiles files;
  private boolean started;

  CalendarFolder(Vertx vertx, Pg pg, Notices notices, InstantSource clock, CarillonConfig config) {
    files =
        config
            .calendars()
            .map(
                directory ->
                    new CalendarFiles(
                        vertx, pg, notices, clock, config.leader().lease(), directory))
            .orElse(null);
  }

  /** In a process with the role {@code ticker}. */
  void start() {
    if (files != null) {
      files.start();
      started = true;
    }
  }

  CompletionStage<Void> stop() {
    return files == null || !started ? CompletableFuture.completedFuture(null) : files.stop();
  }

  @Override
  public String part() {
    return "calendars";
  }

  @Override
  public Map<String, String> tell() {
    return files == null || !started ? Map.of() : files.tell();
  }
}
