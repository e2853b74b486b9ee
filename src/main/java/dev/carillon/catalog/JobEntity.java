package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.EventPayload;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.tenancy.Tenant;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

/** A row of {@code jobs}. JSON columns are text here: the driver binds text, the database casts. */
@Entity(name = "Job")
@Table(name = "jobs")
@DynamicUpdate
public class JobEntity extends PanacheEntityBase {

  @Id public UUID id;

  @Column(name = "tenant_id", updatable = false)
  public String tenant;

  @Column(updatable = false)
  public String key;

  public @Nullable String name;

  public @Nullable String description;

  @ColumnTransformer(read = "cast(target as text)", write = "cast(cast(? as text) as jsonb)")
  public String target;

  public String queue;

  @ColumnTransformer(read = "cast(params as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String params;

  @ColumnTransformer(read = "cast(retry as text)", write = "cast(cast(? as text) as jsonb)")
  public String retry;

  @Column(name = "timeout_ms")
  public long timeoutMillis;

  public short priority;

  @Column(name = "params_schema")
  @ColumnTransformer(read = "cast(params_schema as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String paramsSchema;

  @Column(name = "max_concurrency")
  public @Nullable Integer maxConcurrency;

  @Column(name = "concurrency_key")
  public @Nullable String concurrencyKey;

  @Column(name = "dedupe_window_ms")
  public @Nullable Long dedupeWindowMillis;

  @Enumerated(EnumType.STRING)
  @Column(name = "event_payload")
  public EventPayload eventPayload;

  @Column(name = "on_failure")
  public @Nullable String onFailure;

  @ColumnTransformer(read = "cast(labels as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String labels;

  @Enumerated(EnumType.STRING)
  public JobStatus status;

  public int version;

  @Column(name = "created_at", updatable = false)
  public Instant createdAt;

  @Column(name = "updated_at")
  public Instant updatedAt;

  static Uni<@Nullable JobEntity> byId(Tenant tenant, UUID id) {
    return find("tenant = ?1 and id = ?2", tenant.id(), id).firstResult();
  }

  static Uni<@Nullable JobEntity> byKey(Tenant tenant, String key) {
    return Fields.isKey(key)
        ? find("tenant = ?1 and key = ?2", tenant.id(), key).firstResult()
        : Uni.createFrom().nullItem();
  }

  /** Held until the transaction ends, so that two edits do not overwrite each other. */
  static Uni<@Nullable JobEntity> lock(Tenant tenant, UUID id) {
    return JobEntity.<JobEntity>find("tenant = ?1 and id = ?2", tenant.id(), id)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  static Uni<List<JobEntity>> byIds(Tenant tenant, List<UUID> ids) {
    return ids.isEmpty()
        ? Uni.createFrom().item(List.of())
        : list("tenant = ?1 and id in ?2", tenant.id(), ids);
  }

  static Uni<List<JobEntity>> below(Tenant tenant, UUID id, int most) {
    return JobEntity.<JobEntity>find("tenant = ?1 and id < ?2 order by id desc", tenant.id(), id)
        .range(0, most - 1)
        .list();
  }

  void declare(JobDeclaration declared, Instant now) {
    name = declared.name();
    description = declared.description();
    target = JsonText.write(declared.target());
    queue = declared.queue();
    params = JsonText.writeNullable(declared.params());
    retry = JsonText.write(JobView.Retry.of(declared.retry()));
    timeoutMillis = declared.timeout().toMillis();
    priority = (short) declared.priority();
    paramsSchema = JsonText.writeNullable(declared.paramsSchema());
    maxConcurrency = declared.maxConcurrency();
    concurrencyKey = declared.concurrencyKey();
    dedupeWindowMillis =
        declared.dedupeWindow() == null ? null : declared.dedupeWindow().toMillis();
    eventPayload = declared.eventPayload();
    onFailure = declared.onFailure();
    labels = JsonText.writeNullable(declared.labels());
    updatedAt = now;
  }

  JobDeclaration declared() {
    return new JobDeclaration(
        key,
        name,
        description,
        (ObjectNode) Objects.requireNonNull(JsonText.stored(target)),
        queue,
        (ObjectNode) JsonText.stored(params),
        JsonText.read(retry, JobView.Retry.class).policy(),
        Duration.ofMillis(timeoutMillis),
        priority,
        (ObjectNode) JsonText.stored(paramsSchema),
        maxConcurrency,
        concurrencyKey,
        dedupeWindowMillis == null ? null : Duration.ofMillis(dedupeWindowMillis),
        eventPayload,
        onFailure,
        JsonText.texts(labels));
  }
}
