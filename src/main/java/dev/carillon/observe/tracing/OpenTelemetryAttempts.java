package dev.carillon.observe.tracing;

import dev.carillon.RunContext;
import dev.carillon.broker.JobDue;
import dev.carillon.run.Trace;
import dev.carillon.run.Verdict;
import dev.carillon.worker.AttemptSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A span for each attempt. It hangs below the due event that announced it, and is linked to what
 * the run came from; below the latter where no due event came, or one that knows another trace.
 */
final class OpenTelemetryAttempts implements AttemptSpans {

  private final RunSpans spans;
  private final Arrivals arrivals;
  private final String broker;

  /** Runs come to no second attempt while one is in hand, except after a lease was lost. */
  private final Map<RunContext, Span> open = new ConcurrentHashMap<>();

  OpenTelemetryAttempts(RunSpans spans, Arrivals arrivals, String broker) {
    this.spans = spans;
    this.arrivals = arrivals;
    this.broker = broker;
  }

  @Override
  public String began(RunContext attempt, @Nullable String requested) {
    Trace trace = Trace.of(requested, attempt.runId());
    SpanBuilder span = below(trace, arrivals.take(attempt.runId()), name(attempt));
    describe(span, attempt);
    Span started = spans.attempt(span, trace, attempt.attempt());
    open.put(attempt, started);
    return Traceparent.of(started.getSpanContext());
  }

  /** Of an attempt in hand; invalid for any other. */
  Span of(RunContext attempt) {
    Span span = open.get(attempt);
    return span == null ? Span.getInvalid() : span;
  }

  @Override
  public void ended(RunContext attempt, Verdict verdict) {
    Span span = open.remove(attempt);
    if (span == null) {
      return;
    }
    span.setAttribute(Keys.OUTCOME, verdict.outcome().name());
    if (verdict.finalState() != null) {
      span.setAttribute(Keys.STATE, verdict.finalState().name());
    }
    if (verdict.error() != null) {
      Ends.failed(span, verdict.error().type());
    }
    span.end();
  }

  @Override
  public void abandoned(RunContext attempt) {
    Span span = open.remove(attempt);
    if (span != null) {
      span.setAttribute(Keys.OUTCOME, "ABANDONED");
      Ends.failed(span, "LeaseLost");
      span.end();
    }
  }

  private SpanBuilder below(Trace trace, @Nullable JobDue due, String name) {
    SpanContext origin = spans.origin(trace);
    SpanContext announced = Traceparent.read(due == null ? null : due.traceparent());
    boolean ours = announced.isValid() && announced.getTraceId().equals(trace.traceId());
    SpanBuilder span = spans.below(ours ? announced : origin, SpanKind.CONSUMER, name);
    if (announced.isValid()) {
      span.addLink(ours ? origin : announced);
    }
    if (due != null) {
      span.setAttribute(Keys.SYSTEM, broker)
          .setAttribute(Keys.DESTINATION, Keys.dueTopic(due.queue()))
          .setAttribute(Keys.OPERATION, "run")
          .setAttribute(Keys.OPERATION_TYPE, "process");
    }
    return span;
  }

  private static void describe(SpanBuilder span, RunContext attempt) {
    UUID schedule = attempt.scheduleId();
    span.setAttribute(Keys.RUN, attempt.runId().toString())
        .setAttribute(Keys.TENANT, attempt.tenant())
        .setAttribute(Keys.JOB, attempt.jobKey())
        .setAttribute(Keys.SCHEDULE, schedule == null ? null : schedule.toString())
        .setAttribute(Keys.ATTEMPT, attempt.attempt());
  }

  /** Not by the destination: a run that is found in the table has none, and the job says more. */
  private static String name(RunContext attempt) {
    String job = attempt.jobKey();
    return job == null ? "run" : "run " + job;
  }
}
