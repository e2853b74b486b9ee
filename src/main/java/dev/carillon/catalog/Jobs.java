package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JobReader;
import dev.carillon.event.OutboxRows;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Jobs: declared, shown, edited. Writes are given the transaction that they are part of. */
@Singleton
public class Jobs {

  private static final String JOB = "job";

  /** In one transaction, each with its own edit. */
  private static final int MOST_DISABLED = 1_000;

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Ids ids;
  private final ScheduleEdits edits;
  private final FittingParams fitting;

  Jobs(
      TenantTransactions transactions,
      InstantSource clock,
      Ids ids,
      ScheduleEdits edits,
      FittingParams fitting) {
    this.transactions = transactions;
    this.fitting = fitting;
    this.clock = clock;
    this.ids = ids;
    this.edits = edits;
  }

  /** In a transaction with entities; fails with a {@link Refusal} when the key is taken. */
  public Uni<JobView> create(Statements statements, Requester requester, JobDeclaration declared) {
    Instant now = clock.instant();
    JobEntity job = new JobEntity();
    job.id = ids.next(now);
    job.tenant = requester.tenant().id();
    job.key = declared.key();
    job.status = JobStatus.CREATED;
    job.version = 1;
    job.createdAt = now;
    job.declare(declared, now);
    return fitting
        .checkDeclared(declared)
        .flatMap(checked -> job.<JobEntity>persistAndFlush())
        .onFailure(ConstraintViolationException.class)
        .transform(taken -> Refusal.keyTaken(JOB, declared.key()))
        .map(JobView::of)
        .call(view -> tell(statements, requester, "created", 1, view));
  }

  /** Fails with a {@link Refusal} when there is none. */
  public Uni<JobView> get(Tenant tenant, String idOrKey) {
    return transactions.entities(tenant, s -> find(tenant, idOrKey)).map(JobView::of);
  }

  /** Newest first. */
  public Uni<Page<JobView>> list(Tenant tenant, @Nullable UUID after, int limit) {
    UUID from = after == null ? Page.TOP : after;
    return transactions
        .entities(tenant, s -> JobEntity.below(tenant, from, limit + 1))
        .map(rows -> Page.of(rows, limit, row -> row.id).map(JobView::of));
  }

  /**
   * Applies a merge patch, in a transaction with entities. One that changes nothing raises no
   * version and tells nobody.
   *
   * @param expected whether the version is the one that the editor has seen
   */
  public Uni<JobView> patch(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      ObjectNode patch) {
    return locked(requester.tenant(), idOrKey, expected)
        .flatMap(job -> change(statements, requester, job, patch));
  }

  /**
   * Replaces those fields of a job that are named, each as a whole but for {@code retry}, in a
   * transaction with entities. One that changes nothing raises no version and tells nobody.
   */
  public Uni<JobView> declare(
      Statements statements, Requester requester, String key, ObjectNode named) {
    return locked(requester.tenant(), key, version -> true)
        .flatMap(
            job ->
                become(
                    statements,
                    requester,
                    job,
                    JobReader.read(
                        MergePatch.replace(JobView.of(job), JobReader.WRITABLE, named))));
  }

  private Uni<JobView> change(
      Statements statements, Requester requester, JobEntity job, ObjectNode patch) {
    JobDeclaration declared =
        JobReader.read(MergePatch.apply(JobView.of(job), JobReader.WRITABLE, patch));
    return become(statements, requester, job, declared);
  }

  /**
   * Makes a job what a document says of it, in a transaction with entities: creates or replaces it,
   * and does nothing where it is so already. An archived one stays archived: a service that
   * declares its jobs at every start must not undo what its operators did. Fails with a {@link
   * Refusal} about existence where somebody else creates it at this moment.
   *
   * @param expected whether the version is the one that the editor has seen
   */
  public Uni<Put> put(
      Statements statements, Requester requester, JobDeclaration declared, IntPredicate expected) {
    return JobEntity.byKey(requester.tenant(), declared.key())
        .flatMap(
            present ->
                present == null
                    ? created(statements, requester, declared, expected)
                    : locked(requester.tenant(), present.id.toString(), expected)
                        .flatMap(job -> become(statements, requester, job, declared))
                        .map(view -> new Put(view, false)));
  }

  /**
   * A job that was put.
   *
   * @param isNew whether there was none
   */
  public record Put(JobView job, boolean isNew) {}

  private Uni<Put> created(
      Statements statements, Requester requester, JobDeclaration declared, IntPredicate expected) {
    Refusal.requireMayCreate(JOB, declared.key(), expected);
    return create(statements, requester, declared).map(view -> new Put(view, true));
  }

  private Uni<JobView> become(
      Statements statements, Requester requester, JobEntity job, JobDeclaration declared) {
    if (!declared.key().equals(job.key)) {
      throw FieldErrors.invalid("/key", "key: a job keeps its key", job.key);
    }
    JobDeclaration before = job.declared();
    if (declared.equals(before)) {
      return Uni.createFrom().item(JobView.of(job));
    }
    return fit(statements, job, before, declared)
        .invoke(fits -> job.declare(declared, clock.instant()))
        .invoke(fits -> job.version++)
        .flatMap(fits -> job.<JobEntity>flush())
        .replaceWith(() -> JobView.of(job))
        .call(view -> tell(statements, requester, "updated", 2, view));
  }

  private Uni<?> fit(
      Statements statements, JobEntity job, JobDeclaration before, JobDeclaration declared) {
    boolean same =
        Objects.equals(before.params(), declared.params())
            && Objects.equals(before.paramsSchema(), declared.paramsSchema());
    return same
        ? Uni.createFrom().voidItem()
        : fitting
            .checkDeclared(declared)
            .flatMap(checked -> fitting.checkInUse(statements, job, declared));
  }

  /**
   * Takes no new runs and schedules from now on; what is queued or running finishes. Archived
   * already, it stays as it is and nobody is told. Fails with a {@link Refusal} while enabled
   * schedules use it, unless these are to be disabled.
   *
   * @param disabling whether enabled schedules that use it are disabled
   */
  public Uni<JobView> archive(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      boolean disabling) {
    return locked(requester.tenant(), idOrKey, expected)
        .flatMap(
            job ->
                job.status == JobStatus.ARCHIVED
                    ? Uni.createFrom().item(JobView.of(job))
                    : withoutSchedules(statements, requester, job, disabling)
                        .flatMap(free -> stand(statements, requester, job, JobStatus.ARCHIVED)));
  }

  /** Takes runs and schedules again; what is not archived stays as it is and nobody is told. */
  public Uni<JobView> unarchive(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    return locked(requester.tenant(), idOrKey, expected)
        .flatMap(
            job ->
                job.status == JobStatus.ARCHIVED
                    ? stand(statements, requester, job, JobStatus.ACTIVE)
                    : Uni.createFrom().item(JobView.of(job)));
  }

  private Uni<JobEntity> locked(Tenant tenant, String idOrKey, IntPredicate expected) {
    return find(tenant, idOrKey)
        .flatMap(job -> JobEntity.lock(tenant, job.id).flatMap(locked -> refreshed(locked)))
        .invoke(job -> requireExpected(job, expected));
  }

  private Uni<Void> withoutSchedules(
      Statements statements, Requester requester, JobEntity job, boolean disabling) {
    return ScheduleEntity.enabledOf(requester.tenant(), job.id, MOST_DISABLED + 1)
        .invoke(using -> requireDisabling(job, using, disabling))
        .onItem()
        .transformToMulti(using -> Multi.createFrom().iterable(using))
        .onItem()
        .transformToUniAndConcatenate(
            schedule ->
                edits.disable(statements, requester, schedule.id.toString(), version -> true))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private static void requireDisabling(
      JobEntity job, List<ScheduleEntity> using, boolean disabling) {
    if (using.isEmpty() || disabling && using.size() <= MOST_DISABLED) {
      return;
    }
    String some =
        using.stream().limit(3).map(schedule -> schedule.key).collect(Collectors.joining(", "));
    throw Refusal.wrongState(
        disabling
            ? "more than " + MOST_DISABLED + " enabled schedules use the job; disable some first"
            : "enabled schedules use the job "
                + job.key
                + ", for example "
                + some
                + "; disable them, or archive it with ?force=true, which does");
  }

  private Uni<JobView> stand(
      Statements statements, Requester requester, JobEntity job, JobStatus status) {
    job.status = status;
    job.updatedAt = clock.instant();
    job.version++;
    return job.<JobEntity>flush()
        .replaceWith(() -> JobView.of(job))
        .call(
            view ->
                status == JobStatus.ARCHIVED
                    ? tell(statements, requester, "archived", 3, view)
                    : tell(statements, requester, "updated", 2, view));
  }

  static Uni<JobEntity> find(Tenant tenant, String idOrKey) {
    return (Fields.isUuid(idOrKey)
            ? JobEntity.byId(tenant, UUID.fromString(idOrKey))
            : JobEntity.byKey(tenant, idOrKey))
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(JOB, idOrKey));
  }

  /** The session may have read it before it was locked. */
  private static Uni<JobEntity> refreshed(JobEntity job) {
    return Panache.getSession().flatMap(session -> session.refresh(job)).replaceWith(job);
  }

  private static void requireExpected(JobEntity job, IntPredicate expected) {
    if (!expected.test(job.version)) {
      throw Refusal.lostUpdate(JOB, job.version);
    }
  }

  private static Uni<Void> tell(
      Statements statements, Requester requester, String what, int rank, JobView view) {
    return OutboxRows.changed(
        statements,
        requester.tenant().id(),
        view.updatedAt(),
        "scheduler.job." + what,
        "jobs/" + view.id(),
        view.version() * 10L + rank,
        requester.traceparent(),
        view.eventData());
  }
}
