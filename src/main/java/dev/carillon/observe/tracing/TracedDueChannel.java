package dev.carillon.observe.tracing;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.run.Trace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Gives each due event a span from its publication until the broker has it. */
final class TracedDueChannel implements DueChannel {

  private final DueChannel channel;
  private final RunSpans spans;
  private final Arrivals arrivals;
  private final String broker;

  TracedDueChannel(DueChannel channel, RunSpans spans, Arrivals arrivals, String broker) {
    this.channel = channel;
    this.spans = spans;
    this.arrivals = arrivals;
    this.broker = broker;
  }

  @Override
  public Uni<Void> publish(List<JobDue> due) {
    return Uni.createFrom().deferred(() -> send(due));
  }

  private Uni<Void> send(List<JobDue> due) {
    List<Span> open = new ArrayList<>(due.size());
    List<JobDue> told = new ArrayList<>(due.size());
    for (JobDue one : due) {
      Span span = span(one);
      open.add(span);
      told.add(in(span, one));
    }
    return channel
        .publish(told)
        .onTermination()
        .invoke((done, failure, cancelled) -> Ends.all(open, failure));
  }

  private Span span(JobDue due) {
    String topic = Keys.dueTopic(due.queue());
    return spans
        .below(
            spans.origin(Trace.of(due.traceparent(), due.run())),
            SpanKind.PRODUCER,
            "publish " + topic)
        .setAttribute(Keys.SYSTEM, broker)
        .setAttribute(Keys.DESTINATION, topic)
        .setAttribute(Keys.OPERATION, "publish")
        .setAttribute(Keys.OPERATION_TYPE, "send")
        .setAttribute(Keys.RUN, due.run().toString())
        .setAttribute(Keys.TENANT, due.tenant())
        .setAttribute(Keys.JOB, due.job())
        .startSpan();
  }

  private static JobDue in(Span span, JobDue due) {
    return new JobDue(
        due.run(),
        due.due(),
        due.priority(),
        due.tenant(),
        due.queue(),
        due.job(),
        Traceparent.of(span.getSpanContext()));
  }

  /** Also where they stay: the requester's trace is looked up, or each run would begin its own. */
  @Override
  public boolean leavesTheProcess() {
    return true;
  }

  @Override
  public Multi<DueBatch> consume(Set<String> queues) {
    return channel.consume(queues).onItem().invoke(batch -> arrivals.add(batch.due()));
  }
}
