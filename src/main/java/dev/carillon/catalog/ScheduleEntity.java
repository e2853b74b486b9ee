package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.input.TriggerReader;
import dev.carillon.tenancy.Tenant;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Jitter;
import dev.carillon.time.Trigger;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

/** A row of {@code schedules}: what people edit. When it fires next stands in {@code clock}. */
@Entity(name = "Schedule")
@Table(name = "schedules")
@DynamicUpdate
public class ScheduleEntity extends PanacheEntityBase {

  @Id public UUID id;

  @Column(name = "tenant_id", updatable = false)
  public String tenant;

  @Column(updatable = false)
  public String key;

  public @Nullable String name;

  @Column(name = "job_id")
  public @Nullable UUID jobId;

  @ColumnTransformer(read = "cast(target as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String target;

  @Column(name = "trigger")
  @ColumnTransformer(read = "cast(trigger as text)", write = "cast(cast(? as text) as jsonb)")
  public String trigger;

  public @Nullable String timezone;

  public boolean enabled;

  @ColumnTransformer(read = "cast(params as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String params;

  public @Nullable Short priority;

  @Enumerated(EnumType.STRING)
  @Column(name = "dst_gap")
  public @Nullable DstGap dstGap;

  @Enumerated(EnumType.STRING)
  @Column(name = "dst_overlap")
  public @Nullable DstOverlap dstOverlap;

  @ColumnTransformer(read = "cast(retry as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String retry;

  @ColumnTransformer(read = "cast(scope as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String scope;

  @ColumnTransformer(read = "cast(labels as text)", write = "cast(cast(? as text) as jsonb)")
  public @Nullable String labels;

  @Embedded public ChosenPolicies policies = new ChosenPolicies();

  @Column(name = "paused_until")
  public @Nullable Instant pausedUntil;

  @Enumerated(EnumType.STRING)
  public ScheduleStatus status;

  @Column(name = "status_reason")
  public @Nullable String statusReason;

  public int version;

  @Column(name = "created_at", updatable = false)
  public Instant createdAt;

  @Column(name = "updated_at")
  public Instant updatedAt;

  static Uni<@Nullable ScheduleEntity> byId(Tenant tenant, UUID id) {
    return find("tenant = ?1 and id = ?2", tenant.id(), id).firstResult();
  }

  static Uni<@Nullable ScheduleEntity> byKey(Tenant tenant, String key) {
    return Fields.isKey(key)
        ? find("tenant = ?1 and key = ?2", tenant.id(), key).firstResult()
        : Uni.createFrom().nullItem();
  }

  /** A schedule without a key of its own has its id as key. */
  static Uni<@Nullable ScheduleEntity> byKeyOrId(Tenant tenant, String idOrKey) {
    return Fields.isUuid(idOrKey) ? byId(tenant, UUID.fromString(idOrKey)) : byKey(tenant, idOrKey);
  }

  /** Those that are switched on, of a job; paused ones too. */
  static Uni<List<ScheduleEntity>> enabledOf(Tenant tenant, UUID job, int most) {
    return ScheduleEntity.<ScheduleEntity>find(
            "tenant = ?1 and jobId = ?2 and enabled = true order by id", tenant.id(), job)
        .range(0, most - 1)
        .list();
  }

  static Uni<List<ScheduleEntity>> below(Tenant tenant, UUID id, int most) {
    return ScheduleEntity.<ScheduleEntity>find(
            "tenant = ?1 and id < ?2 order by id desc", tenant.id(), id)
        .range(0, most - 1)
        .list();
  }

  void declare(ScheduleDeclaration declared, @Nullable UUID job, Instant now) {
    name = declared.name();
    jobId = job;
    target = JsonText.writeNullable(declared.target());
    trigger = JsonText.write(declared.triggerJson());
    timezone = declared.timezone() == null ? null : declared.timezone().getId();
    if (enabled != declared.enabled()) {
      pausedUntil = null;
    }
    enabled = declared.enabled();
    params = JsonText.writeNullable(declared.params());
    priority = declared.priority() == null ? null : declared.priority().shortValue();
    dstGap = declared.dst().gap();
    dstOverlap = declared.dst().overlap();
    policies = ChosenPolicies.of(declared.policies());
    retry = JsonText.writeNullable(declared.retry());
    scope = JsonText.writeNullable(declared.scope());
    labels = JsonText.writeNullable(declared.labels());
    updatedAt = now;
  }

  /** Whether it is switched on and not paused: its clock runs. */
  boolean isFiring() {
    return enabled && status != ScheduleStatus.PAUSED;
  }

  /** One that is paused until an instant has its next fire behind that. */
  boolean hasRunningClock() {
    return isFiring() || enabled && pausedUntil != null;
  }

  /** By which its fires are put off. */
  Jitter jitter() {
    Duration most = policies.chosen().jitter();
    return most == null ? Jitter.NONE : Jitter.of(tenant, key, most);
  }

  boolean hasCalendar() {
    return policies.calendar != null || policies.excludeCalendar != null;
  }

  /** Ends a pause, if there is one: what is left is a schedule that is switched off. */
  void endPause() {
    pausedUntil = null;
    enabled = false;
  }

  /**
   * @param until null: without an end
   * @param why for people; null: as before
   */
  void pause(@Nullable Instant until, @Nullable String why, Instant now) {
    pausedUntil = until;
    policies.note = why == null ? policies.note : why;
    updatedAt = now;
  }

  void disable(Instant now) {
    enabled = false;
    pausedUntil = null;
    updatedAt = now;
  }

  /**
   * Whether this is what was declared, word for word. What is stored is compared as it stands and
   * not read, for this version may not be able to.
   *
   * @param jobKey the key of its job
   */
  boolean isDeclaredAs(ScheduleDeclaration declared, @Nullable String jobKey) {
    return isTimedAs(declared)
        && key.equals(declared.key())
        && Objects.equals(name, declared.name())
        && Objects.equals(jobKey, declared.jobKey())
        && Objects.equals(JsonText.stored(target), declared.target())
        && enabled == declared.enabled()
        && policies.chosen().equals(declared.policies())
        && Objects.equals(JsonText.stored(params), declared.params())
        && Objects.equals(JsonText.stored(retry), declared.retry())
        && Objects.equals(JsonText.texts(scope), declared.scope())
        && Objects.equals(JsonText.texts(labels), declared.labels())
        && Objects.equals(priority == null ? null : priority.intValue(), declared.priority());
  }

  /**
   * Whether the instants at which the two fire are the same. A zone or a choice that the trigger
   * does not depend on changes none. A parked schedule has none to keep.
   */
  boolean firesAs(ScheduleDeclaration declared) {
    if (!policies.chosen().timesAs(declared.policies())) {
      return false;
    }
    if (status == ScheduleStatus.PARKED || !isTriggeredAs(declared)) {
      return isTimedAs(declared);
    }
    Trigger same = declared.trigger();
    boolean dated = !declared.calendars().isEmpty();
    return (!dated && !same.dependsOnZone() || isInZoneOf(declared))
        && (!dated && !same.dependsOnDst() || hasChosenAs(declared));
  }

  private boolean isTimedAs(ScheduleDeclaration declared) {
    return isTriggeredAs(declared) && isInZoneOf(declared) && hasChosenAs(declared);
  }

  private boolean isTriggeredAs(ScheduleDeclaration declared) {
    return declared.triggerJson().equals(JsonText.stored(trigger));
  }

  private boolean isInZoneOf(ScheduleDeclaration declared) {
    return Objects.equals(
        timezone, declared.timezone() == null ? null : declared.timezone().getId());
  }

  private boolean hasChosenAs(ScheduleDeclaration declared) {
    return dstGap == declared.dst().gap() && dstOverlap == declared.dst().overlap();
  }

  /**
   * What a person declared, read.
   *
   * @throws dev.carillon.catalog.input.InvalidInput when this version cannot read it
   */
  ScheduleDeclaration declared(@Nullable String jobKey) {
    ObjectNode triggerJson = (ObjectNode) Objects.requireNonNull(JsonText.stored(trigger));
    return new ScheduleDeclaration(
        key,
        name,
        jobKey,
        (ObjectNode) JsonText.stored(target),
        TriggerReader.stored(triggerJson),
        triggerJson,
        timezone == null ? null : TriggerReader.storedZone(timezone),
        enabled,
        (ObjectNode) JsonText.stored(params),
        priority == null ? null : priority.intValue(),
        new DstPolicy(dstGap, dstOverlap),
        policies.chosen(),
        (ObjectNode) JsonText.stored(retry),
        JsonText.texts(scope),
        JsonText.texts(labels));
  }
}
