package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.input.ScheduleReader;
import dev.carillon.time.Timing;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule is to become: read, and its next fire looked for, which is all that can take
 * long. Made on a worker thread and, where it can be, before the transaction that writes it.
 *
 * @param declared what a person wants
 * @param fires its fires
 * @param of the schedule that it was made of; null: a new one
 * @param version of that schedule; 0: a new one
 * @param now from when on it is to fire
 */
public record ScheduleDraft(
    ScheduleDeclaration declared, FireSearch fires, @Nullable UUID of, int version, Instant now) {

  static ScheduleDraft ofNew(ScheduleDeclaration declared, Timing timing, Instant now) {
    FireSearch fires = new FireSearch(declared, timing);
    fires.lookUp(now);
    return new ScheduleDraft(declared, fires, null, 0, now);
  }

  /** Of a schedule as it stands, and what is declared of it now. */
  static ScheduleDraft ofEdited(
      ScheduleEntity row, ScheduleDeclaration declared, Timing timing, Instant now) {
    FireSearch fires = new FireSearch(declared, timing);
    if (!row.isFiring() || !row.firesAs(declared)) {
      fires.lookUp(now);
    }
    return new ScheduleDraft(declared, fires, row.id, row.version, now);
  }

  /** Of a schedule whose declaration stays. */
  static ScheduleDraft ofStanding(ScheduleEntity row, ScheduleDeclaration declared, Timing timing) {
    return new ScheduleDraft(
        declared, new FireSearch(declared, timing), row.id, row.version, row.updatedAt);
  }

  /** Whether it was made of a schedule as it stands. */
  boolean isOf(ScheduleEntity row) {
    return row.id.equals(of) && row.version == version;
  }

  /**
   * A merge patch applied to a schedule as it is shown. The id that stands for a key is shown as
   * one, but nobody could write it.
   *
   * @throws dev.carillon.catalog.input.InvalidInput saying everything that is wrong with the whole
   */
  static ScheduleDeclaration patched(ScheduleEntity row, ScheduleView shown, ObjectNode patch) {
    return ofDocument(row, MergePatch.apply(shown, ScheduleReader.WRITABLE, patch));
  }

  /**
   * What replaces a schedule. What a person has switched or noted by hand since stays where the
   * document says nothing of it: a service that declares its schedules at every start must not undo
   * what its operators did.
   *
   * @throws dev.carillon.catalog.input.InvalidInput saying everything that is wrong with the body
   */
  static ScheduleDeclaration replaced(ScheduleEntity row, ScheduleView shown, JsonNode body) {
    if (!(body instanceof ObjectNode document)) {
      return ScheduleReader.read(body);
    }
    ObjectNode whole = document.deepCopy();
    if (!whole.has("key")) {
      whole.put("key", row.key);
    }
    if (!whole.has("enabled")) {
      whole.put("enabled", shown.enabled());
    }
    if (!whole.has("note") && shown.policies().note() != null) {
      whole.put("note", shown.policies().note());
    }
    return ofDocument(row, whole);
  }

  private static ScheduleDeclaration ofDocument(ScheduleEntity row, ObjectNode document) {
    if (!row.key.equals(row.id.toString())) {
      return ScheduleReader.read(document);
    }
    if (row.key.equals(document.path("key").asText())) {
      document.remove("key");
    }
    ScheduleDeclaration declared = ScheduleReader.read(document);
    return declared.key() == null ? declared.withKey(row.key) : declared;
  }
}
