package dev.carillon;

import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.time.Cron;
import dev.carillon.time.Interval;
import dev.carillon.time.OneShot;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.cron.CronDialect;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a job is to run: what {@link Scheduler#schedule} creates or replaces. A definition never
 * changes; each method answers a new one.
 *
 * <pre>{@code
 * // once, in an hour
 * ScheduleDefinition.of("export-report").target("01JCV9X").runAt(clock.instant().plus(1, HOURS))
 *     .params(Map.of("format", "pdf"))
 *
 * // every second day at nine, as the clocks in Berlin show it
 * ScheduleDefinition.of("shred-documents")
 *     .runAt(ZonedDateTime.of(2026, 1, 5, 9, 0, 0, 0, ZoneId.of("Europe/Berlin")))
 *     .recurring(Recurrence.DAILY, 2)
 *
 * // each Monday at eight, and not on holidays
 * ScheduleDefinition.of("start-work-orders").cron("0 8 * * MON").timezone("Europe/Berlin")
 *     .calendar("DE", Convention.FOLLOWING)
 * }</pre>
 *
 * <p><b>Its key</b> is what makes a second definition replace the first. Where none is given it is
 * the job's key, and with a target {@code job:target}: whoever schedules another time for the same
 * target moves the first one. Give keys where both are meant.
 *
 * <p><b>When</b>: {@link #runAt} alone fires once. With a recurrence it is the first time, from
 * which the others are counted; with a cron expression, or another trigger, it is when that begins
 * to count. A first time that is computed anew at each start makes a new definition of it each
 * time: write it down, or leave it out.
 *
 * <p>Only the form is checked here. Whether a job or a calendar of the name is there, and whether
 * the whole can ever fire, is found when it is scheduled.
 */
public final class ScheduleDefinition {

  private final String jobKey;
  private final @Nullable JobDefinition job;
  private final @Nullable String target;
  private final @Nullable Instant runAt;
  private final @Nullable When when;
  private final Document document;

  /** Makes the trigger, once the zone is known in which local times are meant. */
  private interface When {
    Trigger in(@Nullable LocalDateTime first);
  }

  private ScheduleDefinition(
      String jobKey,
      @Nullable JobDefinition job,
      @Nullable String target,
      @Nullable Instant runAt,
      @Nullable When when,
      Document document) {
    this.jobKey = jobKey;
    this.job = job;
    this.target = target;
    this.runAt = runAt;
    this.when = when;
    this.document = document;
  }

  /** Of a job that is there. */
  public static ScheduleDefinition of(String jobKey) {
    return new ScheduleDefinition(jobKey, null, null, null, null, Document.EMPTY);
  }

  /** Of a job that is declared with it, see {@link Scheduler#declare}. */
  public static ScheduleDefinition of(JobDefinition job) {
    return new ScheduleDefinition(job.key(), job, null, null, null, Document.EMPTY);
  }

  // ── what it is
  // ─────────────────────────────────────────────────────────────────────────────────────────

  /** Stable, and unique among the tenant's schedules. */
  public ScheduleDefinition key(String key) {
    return with("key", key);
  }

  /**
   * What it is about, an invoice's number for example: {@code target} in the scope of its runs, and
   * part of its key where none is given.
   */
  public ScheduleDefinition target(String id) {
    return new ScheduleDefinition(
        jobKey, job, id, runAt, when, document.withEntry("scope", "target", id));
  }

  /** What its runs are about: {@code RunContext#scope} has it, and concurrency keys may name it. */
  public ScheduleDefinition scope(String name, String value) {
    return new ScheduleDefinition(
        jobKey, job, target, runAt, when, document.withEntry("scope", name, value));
  }

  /** For people. */
  public ScheduleDefinition name(String name) {
    return with("name", name);
  }

  /**
   * The parameters of its runs, over those of the job: JSON values (maps, lists, strings, numbers,
   * booleans, null), and what is written as a string anyhow (UUIDs, enums, {@code java.time}).
   */
  public ScheduleDefinition params(Map<String, ?> params) {
    Document more = document;
    for (Map.Entry<String, ?> param : params.entrySet()) {
      more = more.withEntry("params", param.getKey(), param.getValue());
    }
    return new ScheduleDefinition(jobKey, job, target, runAt, when, more);
  }

  // ── when
  // ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The only time, or the first. To the second where something recurs. */
  public ScheduleDefinition runAt(Instant at) {
    return new ScheduleDefinition(jobKey, job, target, at, when, document);
  }

  /** The same, and the zone in which all local times are meant. */
  public ScheduleDefinition runAt(ZonedDateTime at) {
    return runAt(at.toInstant()).timezone(at.getZone().getId());
  }

  public ScheduleDefinition recurring(Recurrence recurrence) {
    return recurring(recurrence, 1);
  }

  /**
   * @param interval every how many hours, days, …
   * @throws IllegalArgumentException for an interval below 1
   */
  public ScheduleDefinition recurring(Recurrence recurrence, int interval) {
    recurrence.trigger(interval, null);
    return when(first -> recurrence.trigger(interval, first));
  }

  /**
   * Five fields, or six with seconds first, as Unix reads them.
   *
   * @throws dev.carillon.time.InvalidTrigger saying where the expression is wrong
   */
  public ScheduleDefinition cron(String expression) {
    return cron(expression, CronDialect.UNIX);
  }

  /**
   * @throws dev.carillon.time.InvalidTrigger saying where the expression is wrong
   */
  public ScheduleDefinition cron(String expression, CronDialect dialect) {
    return trigger(Cron.parse(expression, dialect));
  }

  /** Any other trigger: an RRULE, a fixed delay after the end of the last run, … */
  public ScheduleDefinition trigger(Trigger trigger) {
    return when(first -> anchored(trigger, first));
  }

  /** An interval without an anchor counts from the first time, if there is one. */
  private static Trigger anchored(Trigger trigger, @Nullable LocalDateTime first) {
    return trigger instanceof Interval interval && interval.anchor() == null
        ? new Interval(interval.months(), interval.days(), interval.time(), first)
        : trigger;
  }

  /** An IANA zone, in which local times are meant; absent: the tenant's, then DEFAULT_TZ. */
  public ScheduleDefinition timezone(String zone) {
    return with("timezone", zone);
  }

  /** It does not fire after this. */
  public ScheduleDefinition endAt(Instant end) {
    return with("endAt", end);
  }

  /** After so many runs it is exhausted. */
  public ScheduleDefinition maxRuns(int runs) {
    return with("maxRuns", runs);
  }

  /** Each fire is put off by up to this; a schedule and an instant always have the same delay. */
  public ScheduleDefinition jitter(Duration most) {
    return with("jitter", most);
  }

  /**
   * @param name of a calendar of the tenant, or of a built-in one such as {@code DE}
   * @param convention what becomes of fires on days that do not count
   */
  public ScheduleDefinition calendar(String name, Convention convention) {
    return with("calendar", name).with("convention", convention);
  }

  // ── how
  // ────────────────────────────────────────────────────────────────────────────────────────────────

  /** What becomes of fires that nobody was there for; absent: the last one is made up for. */
  public ScheduleDefinition misfire(MisfirePolicy policy) {
    return with("misfirePolicy", policy);
  }

  /** What a fire does while another run of the schedule lives; absent: all run. */
  public ScheduleDefinition overlap(OverlapPolicy policy) {
    return with("overlapPolicy", policy);
  }

  /** 0 goes first, 4 last; absent: the job's. */
  public ScheduleDefinition priority(int priority) {
    return with("priority", priority);
  }

  /** Any other field of {@code PUT /schedules/by-key/{key}}, by its name there. */
  public ScheduleDefinition with(String field, Object value) {
    return new ScheduleDefinition(jobKey, job, target, runAt, when, document.with(field, value));
  }

  // ── what was said
  // ──────────────────────────────────────────────────────────────────────────────────────

  public String jobKey() {
    return jobKey;
  }

  /** What is declared of the job beside; null: it is there. */
  public @Nullable JobDefinition job() {
    return job;
  }

  /** The one that was given, else the job's, with the target. */
  public String key() {
    Object given = document.fields().get("key");
    return given != null ? given.toString() : target == null ? jobKey : jobKey + ":" + target;
  }

  /** The first time, where its trigger does not say that by itself; null: none, or it does. */
  public @Nullable Instant startAt() {
    return when == null || runAt == null || countsFrom(runAt, when) ? null : runAt;
  }

  private static boolean countsFrom(Instant first, When when) {
    LocalDateTime local = local(first, ZoneOffset.UTC);
    return when.in(local) instanceof OneShot
        || when.in(local) instanceof Interval interval && local.equals(interval.anchor());
  }

  /**
   * @param zone in which local times are meant
   * @return null when neither a time nor a trigger was given
   */
  public @Nullable Trigger triggerIn(ZoneId zone) {
    if (when != null) {
      return when.in(runAt == null ? null : local(runAt, zone));
    }
    return runAt == null ? null : new OneShot(runAt);
  }

  private static LocalDateTime local(Instant first, ZoneId zone) {
    return LocalDateTime.ofInstant(first.truncatedTo(ChronoUnit.SECONDS), zone);
  }

  /** All the rest, by the names of the REST resource. */
  public Map<String, Object> fields() {
    return document.fields();
  }

  private ScheduleDefinition when(When trigger) {
    return new ScheduleDefinition(jobKey, job, target, runAt, trigger, document);
  }

  @Override
  public String toString() {
    return "schedule " + key();
  }
}
