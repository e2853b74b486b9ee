package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.input.ScheduleReader;
import java.time.Instant;
import java.time.ZoneId;
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

  /**
   * @throws dev.carillon.catalog.input.InvalidInput saying everything that is wrong with the body
   */
  static ScheduleDraft ofNew(JsonNode body, ZoneId defaultZone, Instant now) {
    ScheduleDeclaration declared = ScheduleReader.read(body);
    FireSearch fires = new FireSearch(declared, zone(declared, defaultZone), now);
    fires.lookUp(now);
    return new ScheduleDraft(declared, fires, null, 0, now);
  }

  /**
   * A merge patch applied to a schedule as it is shown.
   *
   * @throws dev.carillon.catalog.input.InvalidInput saying everything that is wrong with the whole
   */
  static ScheduleDraft ofPatch(
      ScheduleEntity row, ScheduleView shown, ObjectNode patch, ZoneId defaultZone, Instant now) {
    ScheduleDeclaration declared = patched(row, shown, patch);
    FireSearch fires = new FireSearch(declared, zone(declared, defaultZone), row.createdAt);
    if (!row.enabled || !row.firesAs(declared)) {
      fires.lookUp(now);
    }
    return new ScheduleDraft(declared, fires, row.id, row.version, now);
  }

  /**
   * A schedule as it stands, enabled.
   *
   * @throws dev.carillon.catalog.input.InvalidInput when this version cannot read what is stored
   */
  static ScheduleDraft ofEnabled(
      ScheduleEntity row, ScheduleView shown, ZoneId defaultZone, Instant now) {
    ScheduleDeclaration declared = row.declared(shown.jobKey()).withEnabled(true);
    FireSearch fires = new FireSearch(declared, zone(declared, defaultZone), row.createdAt);
    return new ScheduleDraft(declared, fires, row.id, row.version, now);
  }

  /** Whether it was made of a schedule as it stands. */
  boolean isOf(ScheduleEntity row) {
    return row.id.equals(of) && row.version == version;
  }

  /** The id that stands for a key is shown as one, but nobody could write it. */
  private static ScheduleDeclaration patched(
      ScheduleEntity row, ScheduleView shown, ObjectNode patch) {
    ObjectNode document = MergePatch.apply(shown, ScheduleReader.WRITABLE, patch);
    if (!row.key.equals(row.id.toString())) {
      return ScheduleReader.read(document);
    }
    if (row.key.equals(document.path("key").asText())) {
      document.remove("key");
    }
    ScheduleDeclaration declared = ScheduleReader.read(document);
    return declared.key() == null ? declared.withKey(row.key) : declared;
  }

  private static ZoneId zone(ScheduleDeclaration declared, ZoneId defaultZone) {
    return declared.timezone() == null ? defaultZone : declared.timezone();
  }
}
