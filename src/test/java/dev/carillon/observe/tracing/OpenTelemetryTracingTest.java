package dev.carillon.observe.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.AsyncJobHandler;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.JobDue;
import dev.carillon.event.RunEvent;
import dev.carillon.run.Outcome;
import dev.carillon.run.RetryPolicy;
import dev.carillon.run.Trace;
import dev.carillon.run.Tries;
import dev.carillon.run.Verdict;
import dev.carillon.target.CallSpans.CallSpan;
import dev.carillon.target.TargetSpec;
import dev.carillon.target.handler.HandlerCaller;
import dev.carillon.testing.TestRun;
import dev.carillon.worker.AttemptSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenTelemetryTracingTest {

  private static final Tries FIRST =
      new Tries(RetryPolicy.DEFAULT, TestRun.ID, 1, 0, 0, Instant.EPOCH);

  private static final UUID RUN = TestRun.ID;
  private static final String ASKED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String UNRECORDED =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  private static final String OTHERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();
  private final List<JobDue> published = new ArrayList<>();
  private final List<EventMessage> told = new ArrayList<>();
  private Tracing tracing = tracing("parentbased_always_on", 1);

  @Test
  void leadsFromTheFireOverTheDueEventAndTheAttemptToItsEvent() {
    JobDue due = due(null);
    tracing.fires().accept(List.of(due));
    deliver(due);
    TestRun attempt = begin(null);
    CallSpan call = tracing.calls().begin(attempt, "POST", "https://there:8443/bell");
    String sent = call.traceparent(attempt);
    call.answered(204);
    tracing.attempts().ended(attempt, succeeded());
    tell(null);

    SpanData fire = span("fire");
    SpanData publish = span("publish scheduler.job.due.reports");
    SpanData run = span("run ring");
    SpanData post = span("POST");
    SpanData event = span("publish scheduler.run.started");
    String trace = RUN.toString().replace("-", "");
    assertThat(spans).hasSize(5).allMatch(span -> span.getTraceId().equals(trace));
    assertThat(fire.getParentSpanContext().isValid()).isFalse();
    assertThat(publish.getParentSpanId()).isEqualTo(fire.getSpanId());
    assertThat(publish.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(published.get(0).traceparent())
        .isEqualTo("00-" + trace + "-" + publish.getSpanId() + "-01");
    assertThat(run.getParentSpanId()).isEqualTo(publish.getSpanId());
    assertThat(run.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(run.getLinks())
        .singleElement()
        .matches(link -> link.getSpanContext().getSpanId().equals(fire.getSpanId()));
    assertThat(attempt.traceparent()).isEqualTo(Trace.of(null, RUN).traceparent(1));
    assertThat(run.getAttributes().asMap())
        .containsEntry(Keys.SYSTEM, "kafka")
        .containsEntry(Keys.DESTINATION, "scheduler.job.due.reports")
        .containsEntry(Keys.RUN, RUN.toString())
        .containsEntry(Keys.ATTEMPT, 1L)
        .containsEntry(Keys.OUTCOME, "SUCCEEDED")
        .containsEntry(Keys.STATE, "SUCCEEDED");
    assertThat(post.getParentSpanId()).isEqualTo(run.getSpanId());
    assertThat(post.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(post.getAttributes().asMap())
        .containsEntry(Keys.STATUS, 204L)
        .containsEntry(Keys.SERVER, "there")
        .containsEntry(Keys.PORT, 8443L);
    assertThat(sent).isEqualTo("00-" + trace + "-" + post.getSpanId() + "-01");
    assertThat(event.getParentSpanId()).isEqualTo(run.getSpanId());
    assertThat(told.get(0).traceparent()).isEqualTo(attempt.traceparent());
  }

  @Test
  void hangsAnAttemptBelowItsRequestWhenNoDueEventCame() {
    tracing.attempts().ended(begin(ASKED), succeeded());

    SpanData run = span("run ring");
    assertThat(run.getTraceId()).isEqualTo(ASKED.substring(3, 35));
    assertThat(run.getParentSpanId()).isEqualTo(ASKED.substring(36, 52));
    assertThat(run.getLinks()).isEmpty();
    assertThat(run.getAttributes().get(Keys.SYSTEM)).isNull();
  }

  @Test
  void linksADueEventThatKnowsAnotherTraceThanTheRun() {
    deliver(due(OTHERS));

    tracing.attempts().ended(begin(ASKED), succeeded());

    SpanData run = span("run ring");
    assertThat(run.getTraceId()).isEqualTo(ASKED.substring(3, 35));
    assertThat(run.getParentSpanId()).isEqualTo(ASKED.substring(36, 52));
    assertThat(run.getLinks())
        .singleElement()
        .matches(link -> link.getSpanContext().getTraceId().equals(OTHERS.substring(3, 35)));
  }

  @Test
  void recordsNothingOfARequestThatItsRequesterDoesNotRecord() {
    deliver(due(UNRECORDED));
    TestRun attempt = begin(UNRECORDED);
    String sent = tracing.calls().begin(attempt, "POST", "http://there/").traceparent(attempt);
    tracing.attempts().ended(attempt, succeeded());
    tell(UNRECORDED);

    assertThat(spans).isEmpty();
    assertThat(List.of(published.get(0).traceparent(), attempt.traceparent(), sent))
        .allMatch(header -> header.startsWith(UNRECORDED.substring(0, 36)))
        .allMatch(header -> header.endsWith("-00"));
    assertThat(told.get(0).traceparent()).endsWith("-00");
  }

  @Test
  void recordsNothingOfAFireThatTheSamplerDropsAndSaysSoWhereverItGoes() {
    tracing = tracing("parentbased_traceidratio", 0);
    tracing.fires().accept(List.of(due(null)));
    deliver(due(null));
    TestRun attempt = begin(null);
    tracing.attempts().ended(attempt, succeeded());
    tell(null);

    assertThat(spans).isEmpty();
    assertThat(published.get(0).traceparent()).endsWith("-00");
    assertThat(attempt.traceparent()).endsWith("-00");
    assertThat(told.get(0).traceparent())
        .isEqualTo(attempt.traceparent())
        .isEqualTo(Trace.of(null, RUN).traceparent(1).replaceFirst("01$", "00"));
  }

  @Test
  void saysOfAFailureWhatItWasAndNotInWhichWords() {
    Outcome thrown = Outcome.Problem.thrown(new IOException("password=secret"));
    Verdict verdict = Verdict.of(thrown, FIRST, Instant.EPOCH);

    tracing.attempts().ended(begin(null), verdict);

    SpanData run = span("run ring");
    assertThat(run.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(run.getAttributes().get(Keys.ERROR)).isEqualTo("java.io.IOException");
    assertThat(run.toString()).doesNotContain("secret");
  }

  @Test
  void endsTheSpanOfAnAttemptThatItsWorkerLost() {
    AttemptSpans attempts = tracing.attempts();
    TestRun attempt = begin(null);

    attempts.abandoned(attempt);
    attempts.ended(attempt, succeeded());

    assertThat(span("run ring").getAttributes().get(Keys.OUTCOME)).isEqualTo("ABANDONED");
  }

  @Test
  void endsThePublicationsThatTheBrokerRefused() {
    Uni<Void> publication =
        tracing
            .due(new Channel(Uni.createFrom().failure(new IOException("password=secret"))))
            .publish(List.of(due(ASKED)));

    assertThatThrownBy(() -> publication.await().atMost(Duration.ofSeconds(5)))
        .hasCauseInstanceOf(IOException.class);
    SpanData publish = span("publish scheduler.job.due.reports");
    assertThat(publish.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(publish.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "https://user:secret@there/bell?token=secret#secret, https://there/bell",
    "http://there:81/, http://there:81/",
    "HTTPS://[::1]:9/x%20y?secret, HTTPS://[::1]:9/x%20y"
  })
  void tellsAnAddressWithoutUserQueryAndFragment(String url, String told) {
    tracing.calls().begin(begin(null), "PUT", url).answered(500);

    SpanData put = span("PUT");
    assertThat(put.getAttributes().get(Keys.URL)).isEqualTo(told);
    assertThat(put.getAttributes().get(Keys.ERROR)).isEqualTo("500");
    assertThat(put.toString()).doesNotContain("secret");
  }

  @Test
  void isTheCurrentSpanOfABlockingHandler() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      List<String> seen = new CopyOnWriteArrayList<>();
      HandlerCaller caller =
          new HandlerCaller(
              List.of(
                  new JobHandler() {
                    @Override
                    public String name() {
                      return "ring";
                    }

                    @Override
                    public Outcome handle(RunContext run) {
                      seen.add(Span.current().getSpanContext().getSpanId());
                      return Outcome.success();
                    }
                  }),
              List.of(),
              tracing.threads(pool));
      TestRun attempt = begin(null);

      call(caller, attempt);

      assertThat(seen).containsExactly(Trace.of(null, RUN).spanId(1));
      assertThat(
              pool.submit(() -> Span.current().getSpanContext().isValid()).get(5, TimeUnit.SECONDS))
          .isFalse();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void isTheCurrentSpanOfAnAsynchronousHandlerAndOfItsLaterSteps() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    HandlerCaller caller =
        new HandlerCaller(
            List.of(),
            List.of(
                new AsyncJobHandler() {
                  @Override
                  public String name() {
                    return "ring";
                  }

                  @Override
                  public CompletionStage<Outcome> handle(RunContext run) {
                    seen.add(Span.current().getSpanContext().getSpanId());
                    CompletableFuture<Outcome> later = new CompletableFuture<>();
                    Vertx.currentContext()
                        .runOnContext(
                            ignored -> {
                              seen.add(Span.current().getSpanContext().getSpanId());
                              later.complete(Outcome.success());
                            });
                    return later;
                  }
                }),
            Runnable::run);

    call(caller, begin(null));

    String span = Trace.of(null, RUN).spanId(1);
    assertThat(seen).containsExactly(span, span);
  }

  /** As the worker does: on an event loop, which must be as it was afterwards. */
  private void call(HandlerCaller caller, TestRun attempt) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      CompletableFuture<Outcome> word = new CompletableFuture<>();
      CompletableFuture<Boolean> after = new CompletableFuture<>();
      vertx
          .getOrCreateContext()
          .runOnContext(
              ignored -> {
                tracing
                    .handlers(caller)
                    .call(new TargetSpec.Handler(null), attempt)
                    .thenAccept(word::complete);
                after.complete(Span.current().getSpanContext().isValid());
              });
      assertThat(word.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Success.class);
      assertThat(after.get(5, TimeUnit.SECONDS)).isFalse();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
  }

  /** Over the channel to the worker of the same process. */
  private void deliver(JobDue due) {
    DueChannel channel = tracing.due(new Channel(Uni.createFrom().voidItem()));
    channel.publish(List.of(due)).await().atMost(Duration.ofSeconds(5));
    channel.consume(Set.of()).collect().asList().await().atMost(Duration.ofSeconds(5));
  }

  private TestRun begin(String requested) {
    TestRun attempt = new TestRun("ring", 1);
    return attempt.traced(tracing.attempts().began(attempt, requested));
  }

  private void tell(String requested) {
    RunEvent.Subject run =
        new RunEvent.Subject(
            RUN, "t", null, "ring", null, null, Instant.EPOCH, Instant.EPOCH, 2, null, requested);
    tracing
        .events(
            events -> {
              told.addAll(events);
              return Uni.createFrom().voidItem();
            })
        .publish(List.of(new RunEvent(RunEvent.Kind.STARTED, run, 1, Instant.EPOCH, null, null)))
        .await()
        .atMost(Duration.ofSeconds(5));
  }

  private SpanData span(String name) {
    List<SpanData> named = spans.stream().filter(span -> span.getName().equals(name)).toList();
    assertThat(named).as(name + " of " + spans).hasSize(1);
    return named.get(0);
  }

  private static JobDue due(String traceparent) {
    return new JobDue(RUN, Instant.EPOCH, 2, "t", "reports", "ring", traceparent);
  }

  private static Verdict succeeded() {
    return Verdict.of(Outcome.success(), FIRST, Instant.EPOCH);
  }

  private Tracing tracing(String sampler, double ratio) {
    RunSpanIds ids = new RunSpanIds();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setIdGenerator(ids)
                    .setSampler(Samplers.named(sampler, ratio))
                    .addSpanProcessor(SimpleSpanProcessor.create(new ToList()))
                    .build())
            .build();
    return new OpenTelemetryTracing(sdk, ids, Samplers.named(sampler, ratio), "kafka");
  }

  private final class ToList implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> ended) {
      spans.addAll(ended);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  /** Keeps what is published and delivers all of it once. */
  private final class Channel implements DueChannel {
    private final Uni<Void> answer;

    Channel(Uni<Void> answer) {
      this.answer = answer;
    }

    @Override
    public Uni<Void> publish(List<JobDue> due) {
      published.addAll(due);
      return answer;
    }

    @Override
    public Multi<DueBatch> consume(Set<String> queues) {
      return Multi.createFrom()
          .item(
              new DueBatch() {
                @Override
                public List<JobDue> due() {
                  return published;
                }

                @Override
                public void acknowledge() {}
              });
    }
  }
}
