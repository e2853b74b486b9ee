package dev.carillon.catalog;

import dev.carillon.event.OutboxRows;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Objects;

/**
 * Tells what became of a schedule, in the transaction that does it. The sequence is the version
 * times ten and the rank of the kind, so that two events of one edit keep their order; ranks 6 and
 * 7 are the ticker's (parked, exhausted).
 */
final class ScheduleEvents {

  private static final int CREATED = 1;
  private static final int UPDATED = 2;
  private static final int ENABLED = 3;
  private static final int DISABLED = 4;
  private static final int DELETED = 5;

  private ScheduleEvents() {}

  static Uni<Void> created(Statements statements, Requester requester, ScheduleView view) {
    return tell(statements, requester, "created", CREATED, view, view.version(), view.updatedAt());
  }

  /**
   * {@code updated} unless only {@code enabled} changed; {@code enabled} or {@code disabled} when
   * it did.
   */
  static Uni<Void> edited(
      Statements statements, Requester requester, ScheduleView before, ScheduleView after) {
    boolean switched = before.isFiring() != after.isFiring();
    Uni<Void> updated =
        switched && sameButForTheSwitch(before, after)
            ? Uni.createFrom().voidItem()
            : tell(
                statements,
                requester,
                "updated",
                UPDATED,
                after,
                after.version(),
                after.updatedAt());
    if (!switched) {
      return updated;
    }
    String type = after.isFiring() ? "enabled" : "disabled";
    int rank = after.isFiring() ? ENABLED : DISABLED;
    return updated.flatMap(
        told -> tell(statements, requester, type, rank, after, after.version(), after.updatedAt()));
  }

  /** The version after the last one that was shown. */
  static Uni<Void> deleted(
      Statements statements, Requester requester, ScheduleView last, Instant now) {
    return tell(statements, requester, "deleted", DELETED, last, last.version() + 1, now);
  }

  private static boolean sameButForTheSwitch(ScheduleView before, ScheduleView after) {
    return before.trigger().equals(after.trigger())
        && Objects.equals(before.name(), after.name())
        && Objects.equals(before.jobKey(), after.jobKey())
        && Objects.equals(before.target(), after.target())
        && Objects.equals(before.timezone(), after.timezone())
        && Objects.equals(before.params(), after.params())
        && Objects.equals(before.priority(), after.priority())
        && Objects.equals(before.retry(), after.retry())
        && Objects.equals(before.scope(), after.scope())
        && Objects.equals(before.labels(), after.labels())
        && before.dstGap() == after.dstGap()
        && before.dstOverlap() == after.dstOverlap()
        && before.policies().equals(after.policies());
  }

  private static Uni<Void> tell(
      Statements statements,
      Requester requester,
      String what,
      int rank,
      ScheduleView view,
      int version,
      Instant at) {
    return OutboxRows.changed(
        statements,
        requester.tenant().id(),
        at,
        "scheduler.schedule." + what,
        "schedules/" + view.id(),
        version * 10L + rank,
        requester.traceparent(),
        view.eventData());
  }
}
