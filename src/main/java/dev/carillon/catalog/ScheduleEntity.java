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
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
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
    enabled = declared.enabled();
    params = JsonText.writeNullable(declared.params());
    priority = declared.priority() == null ? null : declared.priority().shortValue();
    dstGap = declared.dst().gap();
    dstOverlap = declared.dst().overlap();
    updatedAt = now;
  }

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
        new DstPolicy(dstGap, dstOverlap));
  }
}
