package dev.carillon.observe.tracing;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.inprocess.InProcessDueChannel;
import dev.carillon.target.CallSpans;
import dev.carillon.testing.PostgresResource;
import dev.carillon.worker.AttemptSpans;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.inject.Inject;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Without a collector there is nothing that could cost: the application as it is by default. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class TracingOffTest {

  @Inject Tracing tracing;
  @Inject DueChannel due;
  @Inject OpenTelemetry telemetry;
  @Inject Vertx vertx;

  @Test
  void leavesEverythingAsItIs() {
    assertSame(Tracing.OFF, tracing);
    assertInstanceOf(InProcessDueChannel.class, due);
    assertSame(due, tracing.due(due));
    assertSame(AttemptSpans.OFF, tracing.attempts());
    assertSame(CallSpans.OFF, tracing.calls());
    assertSame(CallSpans.OFF.begin(null, "GET", "/"), CallSpans.OFF.begin(null, "PUT", "/"));
    assertNull(tracing.current());
    assertNull(tracing.attempts().began(null, null));
    Executor threads = Runnable::run;
    assertSame(threads, tracing.threads(threads));
  }

  @Test
  void hasNoTracerInVertxAndNothingThatWouldTakeASpan() {
    assertNull(((VertxInternal) vertx).tracer());
    assertTrue(telemetry.toString().contains("NoopSpanProcessor"), telemetry::toString);
  }
}
