package dev.carillon.rest;

import dev.carillon.time.Fire;
import dev.carillon.time.Moved;
import dev.carillon.time.Preview;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a trigger would do, as it is answered: of one that was sent, and of a stored schedule. */
@Schema(name = "Preview")
public record PreviewBody(
    @Schema(example = "At 09:00, Monday to Friday") String description,
    List<FireBody> fires,
    @Schema(description = "There are no fires any more") boolean exhausted,
    @Schema(
            nullable = true,
            description =
                "Why these are not all that were asked for: a calendar ends. It names the calendar,"
                    + " its validity and what to mend; absent: they are")
        @Nullable String incomplete) {

  static PreviewBody of(Preview preview) {
    return new PreviewBody(
        preview.description(),
        preview.fires().stream().map(FireBody::of).toList(),
        preview.exhausted(),
        preview.incomplete());
  }

  /** One fire. */
  @Schema(name = "Fire")
  public record FireBody(
      @Schema(description = "Its jitter included") Instant at,
      @Schema(example = "2026-01-02T09:00:00+01:00") String local,
      @Schema(description = "What moved it from its nominal local time") Set<Moved> moved) {

    static FireBody of(Fire fire) {
      return new FireBody(
          fire.at(),
          fire.local().format(DateTimeFormatter.ISO_OFFSET_DATE_TIME),
          new TreeSet<>(fire.moved()));
    }
  }
}
