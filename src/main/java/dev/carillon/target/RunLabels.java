package dev.carillon.target;

import dev.carillon.RunContext;
import java.util.List;
import org.jboss.logging.MDC;

/** What a log line says of the run it is about, as fields of structured logs. */
public final class RunLabels {

  private static final List<String> LABELS =
      List.of("tenant", "run", "attempt", "trace", "job", "schedule");

  private RunLabels() {}

  /** Labels what this thread logs until {@link #clear} or {@link #remove}. */
  public static void put(RunContext run) {
    MDC.put("tenant", run.tenant());
    MDC.put("run", run.runId());
    MDC.put("attempt", run.attempt());
    MDC.put("trace", traceId(run));
    if (run.jobKey() != null) {
      MDC.put("job", run.jobKey());
    }
    if (run.scheduleId() != null) {
      MDC.put("schedule", run.scheduleId());
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
  public static String text(RunContext run) {
    return "tenant=%s job=%s schedule=%s run=%s attempt=%d trace=%s"
        .formatted(
            run.tenant(), run.jobKey(), run.scheduleId(), run.runId(), run.attempt(), traceId(run));
  }

  /** The second part of a traceparent (Trace Context §3.2.2). */
  private static String traceId(RunContext run) {
    return run.traceparent().substring(3, 35);
  }
}
