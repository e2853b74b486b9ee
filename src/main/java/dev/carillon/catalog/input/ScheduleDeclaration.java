package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Trigger;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What a person declares of a schedule.
 *
 * @param key stable, unique among the tenant's schedules; null: its id
 * @param jobKey the job that it runs; null when it has a target of its own
 * @param target before the job's; null: the job's
 * @param trigger when it fires
 * @param triggerJson the same as it was written
 * @param timezone in which local times are meant; null: the service's default
 * @param params over the job's, under those of a run
 * @param priority null: the job's
 * @param dst what it chose for daylight-saving changes
 */
public record ScheduleDeclaration(
    @Nullable String key,
    @Nullable String name,
    @Nullable String jobKey,
    @Nullable ObjectNode target,
    Trigger trigger,
    ObjectNode triggerJson,
    @Nullable ZoneId timezone,
    boolean enabled,
    @Nullable ObjectNode params,
    @Nullable Integer priority,
    DstPolicy dst) {

  /** The same under a key. */
  public ScheduleDeclaration withKey(String named) {
    return new ScheduleDeclaration(
        named,
        name,
        jobKey,
        target,
        trigger,
        triggerJson,
        timezone,
        enabled,
        params,
        priority,
        dst);
  }

  /** The same, switched on or off. */
  public ScheduleDeclaration withEnabled(boolean on) {
    return new ScheduleDeclaration(
        key, name, jobKey, target, trigger, triggerJson, timezone, on, params, priority, dst);
  }
}
