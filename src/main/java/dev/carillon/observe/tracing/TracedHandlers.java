package dev.carillon.observe.tracing;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import dev.carillon.target.TargetCaller;
import dev.carillon.target.TargetSpec;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.CompletionStage;

/**
 * Makes the attempt's span the current one of its handler, so that what the handler calls through
 * instrumented clients hangs below it. On an event loop Quarkus keeps the current span in the
 * duplicated context, so the handler gets one of its own; its asynchronous steps stay in it.
 */
final class TracedHandlers implements TargetCaller<TargetSpec.Handler> {

  private final TargetCaller<TargetSpec.Handler> caller;
  private final OpenTelemetryAttempts attempts;

  TracedHandlers(TargetCaller<TargetSpec.Handler> caller, OpenTelemetryAttempts attempts) {
    this.caller = caller;
    this.attempts = attempts;
  }

  @Override
  public Class<TargetSpec.Handler> kind() {
    return caller.kind();
  }

  @Override
  public CompletionStage<Outcome> call(TargetSpec.Handler target, RunContext run) {
    Span span = attempts.of(run);
    ContextInternal worker = ContextInternal.current();
    return worker == null
        ? within(span, target, run)
        : inContextOfItsOwn(worker.duplicate(), span, target, run);
  }

  private CompletionStage<Outcome> inContextOfItsOwn(
      ContextInternal own, Span span, TargetSpec.Handler target, RunContext run) {
    ContextInternal previous = own.beginDispatch();
    try {
      // Not closed: it ends with its context, and later steps of the handler are to see it too.
      Context.root().with(span).makeCurrent();
      return caller.call(target, run);
    } finally {
      own.endDispatch(previous);
    }
  }

  private CompletionStage<Outcome> within(Span span, TargetSpec.Handler target, RunContext run) {
    try (Scope current = Context.root().with(span).makeCurrent()) {
      return caller.call(target, run);
    }
  }
}
