package dev.carillon.observe.tracing;

import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives each event of a trace a span from its publication until the broker has it, below the
 * attempt that the event tells of. The event's own {@code traceparent} stays the attempt's, the
 * same whoever publishes it and however often; only where the sampler dropped the trace of a fire,
 * it says so.
 */
final class TracedEventChannel implements EventChannel {

  private static final String RUNS = "runs/";

  private final EventChannel channel;
  private final RunSpans spans;
  private final String broker;

  TracedEventChannel(EventChannel channel, RunSpans spans, String broker) {
    this.channel = channel;
    this.spans = spans;
    this.broker = broker;
  }

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    return Uni.createFrom().deferred(() -> send(events));
  }

  private Uni<Void> send(List<EventMessage> events) {
    List<Span> open = new ArrayList<>(events.size());
    List<EventMessage> told = new ArrayList<>(events.size());
    for (EventMessage event : events) {
      SpanContext attempt = context(event);
      if (attempt.isValid()) {
        open.add(span(event, attempt));
      }
      told.add(in(attempt, event));
    }
    return channel
        .publish(told)
        .onTermination()
        .invoke((done, failure, cancelled) -> Ends.all(open, failure));
  }

  private static EventMessage in(SpanContext attempt, EventMessage event) {
    return !attempt.isValid() || Traceparent.of(attempt).equals(event.traceparent())
        ? event
        : new EventInContext(event, Traceparent.of(attempt));
  }

  private SpanContext context(EventMessage event) {
    String traceparent = event.traceparent();
    String run = run(event);
    return traceparent == null || run == null
        ? Traceparent.read(traceparent)
        : spans.read(traceparent, UUID.fromString(run));
  }

  /** The id of the run that the event is about; null: it is about something else. */
  private static @Nullable String run(EventMessage event) {
    String subject = event.subject();
    return subject.startsWith(RUNS) ? subject.substring(RUNS.length()) : null;
  }

  private Span span(EventMessage event, SpanContext parent) {
    return spans
        .below(parent, SpanKind.PRODUCER, "publish " + event.type())
        .setAttribute(Keys.SYSTEM, broker)
        .setAttribute(Keys.DESTINATION, event.type())
        .setAttribute(Keys.OPERATION, "publish")
        .setAttribute(Keys.OPERATION_TYPE, "send")
        .setAttribute(Keys.MESSAGE, event.id().toString())
        .setAttribute(Keys.SUBJECT, event.subject())
        .setAttribute(Keys.RUN, run(event))
        .setAttribute(Keys.TENANT, event.tenant())
        .startSpan();
  }
}
