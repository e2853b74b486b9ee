package dev.carillon.target;

import dev.carillon.RunContext;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * What a log line says of the attempt it is about, as fields of structured logs.
 *
 * @param trace the id of its trace, 32 hexadecimal digits
 */
public record RunLabels(
    String tenant,
    @Nullable String job,
    @Nullable UUID schedule,
    UUID run,
    int attempt,
    String trace) {

  private static final List<String> LABELS =
      List.of("tenant", "run", "attempt", "trace", "job", "schedule");

  public static RunLabels of(RunContext run) {
    return new RunLabels(
        run.tenant(), run.jobKey(), run.scheduleId(), run.runId(), run.attempt(), traceId(run));
  }

  /** Labels what this thread logs until {@link #clear} or {@link #remove}. */
  public void put() {
    MDC.put("tenant", tenant);
    MDC.put("run", run);
    MDC.put("attempt", attempt);
    MDC.put("trace", trace);
    if (job != null) {
      MDC.put("job", job);
    }
    if (schedule != null) {
      MDC.put("schedule", schedule);
    }
  }

  /** On a thread of ours: also what a handler has labelled itself goes, before the next comes. */
  public static void clear() {
    MDC.clear();
  }

  /** On anybody's thread: whatever else labels its lines stays. */
  public static void remove() {
    LABELS.forEach(MDC::remove);
  }

  /** The same as text, for logs that people read. */
  public String text() {
    return "tenant=%s job=%s schedule=%s run=%s attempt=%d trace=%s"
        .formatted(tenant, job, schedule, run, attempt, trace);
  }

  /** The second part of a traceparent (Trace Context §3.2.2). */
  private static String traceId(RunContext run) {
    return run.traceparent().substring(3, 35);
  }
}
