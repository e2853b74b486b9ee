package dev.carillon.scheduling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.JobDefinition;
import dev.carillon.ScheduleDefinition;
import dev.carillon.ScheduleInfo;
import dev.carillon.catalog.Jobs;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.ScheduleDraft;
import dev.carillon.catalog.ScheduleEdits;
import dev.carillon.catalog.ScheduleView;
import dev.carillon.catalog.Schedules;
import dev.carillon.catalog.input.JobReader;
import dev.carillon.pg.Notices;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Jobs and schedules that an application declares. Replicas that do so at once find that another
 * has created it, between their look and their write, and look again.
 */
@Singleton
class Declaring {

  /** More often than that, somebody keeps creating and deleting it. */
  private static final int MOST_OVERTAKEN = 3;

  /** Whoever declares at a start has seen no version. */
  private static final IntPredicate ANY = version -> true;

  private final TenantTransactions transactions;
  private final Jobs jobs;
  private final Schedules schedules;
  private final ScheduleEdits edits;
  private final Notices notices;

  Declaring(
      TenantTransactions transactions,
      Jobs jobs,
      Schedules schedules,
      ScheduleEdits edits,
      Notices notices) {
    this.transactions = transactions;
    this.jobs = jobs;
    this.schedules = schedules;
    this.edits = edits;
    this.notices = notices;
  }

  // ── schedules
  // ──────────────────────────────────────────────────────────────────────────────────────────

  Uni<ScheduleInfo> schedule(Requester requester, ScheduleDefinition definition) {
    ObjectNode document = Documents.of(definition, schedules.defaultZone());
    JobDefinition job = definition.job();
    Uni<?> declared = job == null ? Uni.createFrom().voidItem() : declare(requester, job);
    return declared
        .flatMap(ready -> again(() -> put(requester, definition.key(), document)))
        .map(Declaring::info);
  }

  private Uni<ScheduleView> put(Requester requester, String key, ObjectNode document) {
    return edits
        .draftByKey(requester.tenant(), key, document)
        .flatMap(
            present ->
                present == null
                    ? create(requester, document)
                    : replace(requester, key, document, present));
  }

  private Uni<ScheduleView> create(Requester requester, ObjectNode document) {
    return schedules
        .draft(requester.tenant(), document)
        .flatMap(
            draft ->
                transactions.entities(
                    requester.tenant(),
                    statements -> schedules.create(statements, requester, draft)))
        .invoke(created -> tellTicker());
  }

  /** What is so already is neither written nor told of. */
  private Uni<ScheduleView> replace(
      Requester requester, String key, ObjectNode document, ScheduleDraft draft) {
    return transactions
        .entities(
            requester.tenant(),
            statements -> edits.replace(statements, requester, key, ANY, document, draft))
        .invoke(
            view -> {
              if (view.version() != draft.version()) {
                tellTicker();
              }
            });
  }

  Uni<Boolean> unschedule(Requester requester, String key) {
    return transactions
        .entities(requester.tenant(), statements -> edits.delete(statements, requester, key, ANY))
        .invoke(this::tellTicker)
        .replaceWith(true)
        .onFailure(Declaring::isNotThere)
        .recoverWithItem(false);
  }

  Uni<Optional<ScheduleInfo>> find(Tenant tenant, String key) {
    return schedules
        .get(tenant, key)
        .map(view -> Optional.of(info(view)))
        .onFailure(Declaring::isNotThere)
        .recoverWithItem(Optional.empty());
  }

  private void tellTicker() {
    notices.send(Notices.Channel.CLOCK, "");
  }

  private static ScheduleInfo info(ScheduleView view) {
    return new ScheduleInfo(
        view.id(),
        view.key(),
        view.jobKey(),
        view.status().name(),
        view.lastFireAt(),
        view.nextFireAt(),
        view.version());
  }

  // ── jobs
  // ───────────────────────────────────────────────────────────────────────────────────────────────

  Uni<Void> declare(Requester requester, JobDefinition job) {
    ObjectNode changes = Documents.changesOf(job);
    return again(
            () ->
                jobs.get(requester.tenant(), job.key())
                    .map(there -> true)
                    .onFailure(Declaring::isNotThere)
                    .recoverWithItem(false)
                    .flatMap(
                        there -> there ? change(requester, job, changes) : create(requester, job)))
        .replaceWithVoid();
  }

  private Uni<?> create(Requester requester, JobDefinition job) {
    return transactions.entities(
        requester.tenant(),
        statements -> jobs.create(statements, requester, JobReader.read(Documents.of(job))));
  }

  private Uni<?> change(Requester requester, JobDefinition job, ObjectNode changes) {
    return changes.isEmpty()
        ? Uni.createFrom().voidItem()
        : transactions.entities(
            requester.tenant(),
            statements -> jobs.declare(statements, requester, job.key(), changes));
  }

  // ── both
  // ───────────────────────────────────────────────────────────────────────────────────────────────

  private interface Write<T> {
    Uni<T> anew();
  }

  private static <T> Uni<T> again(Write<T> write) {
    return Uni.createFrom()
        .deferred(write::anew)
        .onFailure(failure -> failure instanceof Refusal refusal && refusal.isAboutExistence())
        .retry()
        .atMost(MOST_OVERTAKEN);
  }

  private static boolean isNotThere(Throwable failure) {
    return failure instanceof Refusal refusal && refusal.kind() == Refusal.Kind.NOT_FOUND;
  }
}
