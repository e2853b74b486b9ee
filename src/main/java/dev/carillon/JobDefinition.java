package dev.carillon;

import java.time.Duration;
import java.util.Map;

/**
 * What kind of work there is: what {@link Scheduler#declare} creates or brings up to date. Without
 * more than its key it is a job whose runs go to the handler of that name.
 *
 * <pre>{@code
 * JobDefinition.of("send-invoices").timeout(Duration.ofMinutes(10)).maxAttempts(3)
 * }</pre>
 *
 * <p>Only what is said here is declared: everything else stays as it is, so that what operators
 * have tuned survives the next start. A field that is said is so as a whole ({@code params} without
 * an entry that the last release had, have it no more); only of {@code retry} each entry stands for
 * itself. A definition never changes; each method answers a new one.
 */
public final class JobDefinition {

  private final String key;
  private final Document document;

  private JobDefinition(String key, Document document) {
    this.key = key;
    this.document = document;
  }

  /**
   * @param key stable, and unique among the tenant's jobs; a handler of the same name does the work
   */
  public static JobDefinition of(String key) {
    return new JobDefinition(key, Document.EMPTY);
  }

  /** The handler that does the work, where it is not named as the job. */
  public JobDefinition handler(String name) {
    return with("target", Map.of("type", "HANDLER", "name", name));
  }

  /** For people. */
  public JobDefinition name(String name) {
    return with("name", name);
  }

  public JobDefinition description(String description) {
    return with("description", description);
  }

  /** Which workers do it: those that serve this queue; absent: {@code default}. */
  public JobDefinition queue(String queue) {
    return with("queue", queue);
  }

  /** For each run, under the parameters of schedule and run. */
  public JobDefinition params(Map<String, ?> params) {
    return with("params", params);
  }

  /** Of one attempt; absent: five minutes. */
  public JobDefinition timeout(Duration timeout) {
    return with("timeout", timeout);
  }

  /** How often a run is tried; absent: five times. */
  public JobDefinition maxAttempts(int attempts) {
    return new JobDefinition(key, document.withEntry("retry", "maxAttempts", attempts));
  }

  /** Before the second attempt; later ones wait longer. Absent: a minute. */
  public JobDefinition retryAfter(Duration delay) {
    return new JobDefinition(key, document.withEntry("retry", "initialDelay", delay));
  }

  /** 0 goes first, 4 last; absent: 2. */
  public JobDefinition priority(int priority) {
    return with("priority", priority);
  }

  /** Any other field of {@code PATCH /jobs/{key}}, by its name there. */
  public JobDefinition with(String field, Object value) {
    return new JobDefinition(key, document.with(field, value));
  }

  public String key() {
    return key;
  }

  /** What was said of it, by the names of the REST resource. */
  public Map<String, Object> fields() {
    return document.fields();
  }

  @Override
  public String toString() {
    return "job " + key;
  }
}
