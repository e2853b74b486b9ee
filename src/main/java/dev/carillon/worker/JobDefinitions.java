package dev.carillon.worker;

import dev.carillon.pg.Pg;
import dev.carillon.target.TargetSpec;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Remembers jobs by id and version; a claim names both, so that a definition is read once and never
 * stale.
 */
final class JobDefinitions {

  private static final Logger LOG = Logger.getLogger(JobDefinitions.class);

  /** Some kilobytes each; what is beyond is read again. */
  private static final int MOST_REMEMBERED = 10_000;

  private final Pg pg;
  private final Map<UUID, JobDefinition> known = new ConcurrentHashMap<>();

  JobDefinitions(Pg pg) {
    this.pg = pg;
  }

  /** Reads what is missing for these runs, in one statement; nothing when nothing is missing. */
  Uni<Void> prepare(List<Claimed> runs) {
    // Before it is asked what is missing: what is thrown away here is then missing, too.
    if (known.size() > MOST_REMEMBERED) {
      known.clear();
    }
    UUID[] missing =
        runs.stream()
            .filter(run -> run.job() != null && !isCurrent(run))
            .map(Claimed::job)
            .distinct()
            .toArray(UUID[]::new);
    if (missing.length == 0) {
      return Uni.createFrom().voidItem();
    }
    return pg.asEngine(ClaimSql.DEFINITIONS, Tuple.of(missing))
        .invoke(rows -> rows.forEach(this::remember))
        .replaceWithVoid();
  }

  /**
   * The run's job, with what the run itself says otherwise; {@link JobDefinition#NONE} when it has
   * none. Call {@link #prepare} first.
   */
  JobDefinition of(Claimed run) {
    JobDefinition job = run.job() == null ? null : known.get(run.job());
    JobDefinition definition = job == null ? JobDefinition.NONE : job;
    if (run.target() == null && run.retry() == null) {
      return definition;
    }
    return new JobDefinition(
        definition.id(),
        definition.key(),
        definition.version(),
        run.target() == null ? definition.target() : target(run.target(), run.run()),
        RetryJson.over(definition.retry(), run.retry()),
        definition.timeout());
  }

  private boolean isCurrent(Claimed run) {
    JobDefinition job = known.get(run.job());
    return job != null && job.version() >= run.jobVersion();
  }

  private void remember(Row row) {
    UUID id = row.getUUID("id");
    known.put(
        id,
        new JobDefinition(
            id,
            row.getString("key"),
            row.getInteger("version"),
            target(row.getString("target"), id),
            RetryJson.read(row.getString("retry")),
            RetryJson.timeout(row.getLong("timeout_ms"))));
  }

  private static @Nullable TargetSpec target(String stored, UUID of) {
    try {
      return TargetSpec.read(new JsonObject(stored));
    } catch (RuntimeException e) {
      LOG.warnf("the target of %s cannot be read (%s); its runs fail", of, e.getMessage());
      return null;
    }
  }
}
