package dev.carillon.catalog.params;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JsonText;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of jobs that are in use, compiled. Only what is committed may be asked for here: a
 * version that is rolled back is given once more, to another schema.
 */
@Singleton
public class ParamsSchemas {

  private static final int MOST = 500;

  private record Version(UUID job, int number) {}

  private final Map<Version, ParamsSchema> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, ParamsSchema> eldest) {
          return size() > MOST;
        }
      };

  /** Null: it has to be read first. */
  public @Nullable ParamsSchema known(UUID job, int version) {
    synchronized (compiled) {
      return compiled.get(new Version(job, version));
    }
  }

  /**
   * Takes milliseconds where it is not known yet, so it is for a worker thread.
   *
   * @param text the version's schema, as it is stored
   */
  public ParamsSchema of(UUID job, int version, String text) {
    ParamsSchema known = known(job, version);
    if (known != null) {
      return known;
    }
    ParamsSchema made = ParamsSchema.of((ObjectNode) Objects.requireNonNull(JsonText.stored(text)));
    synchronized (compiled) {
      compiled.put(new Version(job, version), made);
    }
    return made;
  }
}
