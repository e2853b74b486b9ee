package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.event.integration.RefusedException;
import dev.carillon.event.integration.RunRequests;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;
import java.util.stream.Collectors;

/** Runs that other services ask for by events: read, refused and made as those of POST /runs. */
@Singleton
public class RequestedRuns implements RunRequests {

  /** As much as a body of POST /runs. */
  private static final int MOST_BYTES = 1024 * 1024;

  private final Runs runs;
  private final DueNotices notices;
  private final InstantSource clock;
  private final Ids ids;

  RequestedRuns(Runs runs, DueNotices notices, InstantSource clock, Ids ids) {
    this.runs = runs;
    this.notices = notices;
    this.clock = clock;
    this.ids = ids;
  }

  @Override
  public Wanted read(byte[] data) {
    if (data.length > MOST_BYTES) {
      throw new RefusedException("the data must not exceed 1 MiB");
    }
    JsonNode body = parse(data);
    if (!body.isObject()) {
      throw new RefusedException("the data must be a JSON object: what POST /runs takes");
    }
    try {
      return new WantedRun(RunReader.read(body), ids.next(clock.instant()));
    } catch (InvalidInput invalid) {
      throw refused(invalid);
    }
  }

  /** Says where it stops being JSON, and not what stands there: that may be anything. */
  private static JsonNode parse(byte[] data) {
    try {
      return JsonText.parse(data);
    } catch (InvalidInput unreadable) {
      Integer position = unreadable.errors().get(0).position();
      throw new RefusedException(
          "the data is not JSON" + (position == null ? "" : " (byte " + position + ")"));
    }
  }

  private final class WantedRun implements Wanted {

    private final RunRequest request;
    private final UUID id;

    WantedRun(RunRequest request, UUID id) {
      this.request = request;
      this.id = id;
    }

    @Override
    public UUID run() {
      return id;
    }

    @Override
    public Uni<Made> make(Statements statements, Requester requester) {
      return runs.place(statements, requester, request, id)
          .map(placed -> new Made(placed.run(), () -> tell(placed)))
          .onFailure(InvalidInput.class)
          .transform(invalid -> refused((InvalidInput) invalid))
          .onFailure(Refusal.class)
          .transform(refusal -> new RefusedException(String.valueOf(refusal.getMessage())));
    }
  }

  private void tell(Runs.Placed placed) {
    notices.tell(placed.news());
  }

  private static RefusedException refused(InvalidInput invalid) {
    String all =
        invalid.errors().stream().map(RequestedRuns::sentence).collect(Collectors.joining("; "));
    int count = invalid.errors().size();
    return new RefusedException(count == 1 ? all : count + " things are wrong: " + all);
  }

  private static String sentence(FieldError error) {
    return error.pointer().isEmpty()
        ? "the data " + error.message()
        : error.pointer() + ": " + error.message();
  }
}
