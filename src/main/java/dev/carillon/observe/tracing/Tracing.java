package dev.carillon.observe.tracing;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.target.CallSpans;
import dev.carillon.target.TargetCaller;
import dev.carillon.target.TargetSpec;
import dev.carillon.worker.AttemptSpans;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is put around the stages when traces are collected; decided once, at the start. */
public interface Tracing {

  /** Nobody collects: everything stays as it is. */
  Tracing OFF =
      new Tracing() {
        @Override
        public @Nullable String current() {
          return null;
        }

        @Override
        public Consumer<List<JobDue>> fires() {
          return runs -> {};
        }

        @Override
        public DueChannel due(DueChannel channel) {
          return channel;
        }

        @Override
        public EventChannel events(EventChannel channel) {
          return channel;
        }

        @Override
        public AttemptSpans attempts() {
          return AttemptSpans.OFF;
        }

        @Override
        public CallSpans calls() {
          return CallSpans.OFF;
        }

        @Override
        public TargetCaller<TargetSpec.Handler> handlers(TargetCaller<TargetSpec.Handler> caller) {
          return caller;
        }

        @Override
        public Executor threads(Executor threads) {
          return threads;
        }
      };

  /** The W3C trace context of the span that the calling code works in; null: it is in none. */
  @Nullable String current();

  /** Told of the runs that schedules have just made. */
  Consumer<List<JobDue>> fires();

  /** The channel, with a span for each due event that is published. */
  DueChannel due(DueChannel channel);

  /** The channel, with a span for each event of a trace that is published. */
  EventChannel events(EventChannel channel);

  AttemptSpans attempts();

  CallSpans calls();

  /** The caller, with the attempt's span as the current one of what it calls. */
  TargetCaller<TargetSpec.Handler> handlers(TargetCaller<TargetSpec.Handler> caller);

  /** The threads, with the current span of whoever hands them work. */
  Executor threads(Executor threads);
}
