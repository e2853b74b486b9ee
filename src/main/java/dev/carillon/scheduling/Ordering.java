package dev.carillon.scheduling;

import dev.carillon.RunInfo;
import dev.carillon.RunOptions;
import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.RunCancel;
import dev.carillon.catalog.RunNotices;
import dev.carillon.catalog.RunView;
import dev.carillon.catalog.Runs;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.pg.Notices;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Runs that an application asks for. */
@Singleton
class Ordering {

  private final TenantTransactions transactions;
  private final Runs runs;
  private final RunCancel cancel;
  private final DueNotices due;
  private final RunNotices runNotices;
  private final Notices notices;

  Ordering(
      TenantTransactions transactions,
      Runs runs,
      RunCancel cancel,
      DueNotices due,
      RunNotices runNotices,
      Notices notices) {
    this.transactions = transactions;
    this.runs = runs;
    this.cancel = cancel;
    this.due = due;
    this.runNotices = runNotices;
    this.notices = notices;
  }

  Uni<RunInfo> enqueue(
      Requester requester, String jobKey, Map<String, ?> params, RunOptions options) {
    RunRequest request = RunReader.read(Documents.of(jobKey, params, options));
    return transactions
        .statements(requester.tenant(), statements -> runs.request(statements, requester, request))
        .invoke(requested -> due.tell(requested.news()))
        .map(requested -> info(requested.run()));
  }

  Uni<RunInfo> cancel(Requester requester, UUID run) {
    return transactions
        .statements(
            requester.tenant(), statements -> cancel.cancel(statements, requester, run.toString()))
        .invoke(this::tell)
        .map(cancelled -> info(cancelled.run()));
  }

  private void tell(RunCancel.Cancelled cancelled) {
    if (cancelled.asked()) {
      notices.send(Notices.Channel.CANCEL, cancelled.run().id().toString());
    }
    runNotices.tell(cancelled.news());
    if (cancelled.rearmed()) {
      notices.send(Notices.Channel.CLOCK, "");
    }
  }

  Uni<Optional<RunInfo>> find(Tenant tenant, UUID run) {
    return runs.get(tenant, run.toString())
        .map(view -> Optional.of(info(view)))
        .onFailure(
            failure ->
                failure instanceof Refusal refusal && refusal.kind() == Refusal.Kind.NOT_FOUND)
        .recoverWithItem(Optional.empty());
  }

  private static RunInfo info(RunView view) {
    return new RunInfo(
        view.id(),
        view.jobKey(),
        view.scheduleId(),
        view.state(),
        view.dueAt(),
        view.attempt(),
        view.startedAt(),
        view.finishedAt(),
        view.error() == null ? null : view.error().path("message").asText(null),
        Boolean.TRUE.equals(view.deduplicated()));
  }
}
