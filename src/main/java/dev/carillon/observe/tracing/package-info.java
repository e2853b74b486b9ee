/**
 * One trace from a request or a fire to the event that tells of its end, across processes, by
 * OpenTelemetry.
 *
 * <pre>
 * POST /runs ─┐
 *             ├─► publish scheduler.job.due.… ─► run {job} ─┬─► POST (an HTTP target's request)
 * fire ───────┘                                             └─► publish scheduler.run.…
 * </pre>
 *
 * <p>What ties the processes together is {@link dev.carillon.run.Trace}: a run's trace id is its
 * requester's or its own id, and the span of its fire and of each attempt have ids that are derived
 * from the run's. {@link dev.carillon.observe.tracing.RunSpanIds} gives the SDK just these, so that
 * the relay names an attempt's span that another process made, and nothing is stored for it. Due
 * events carry their span's context in the header {@code traceparent}; a run whose due event never
 * arrived is found in the table, and its attempt hangs below the request or the fire itself.
 *
 * <p>The stages know nothing of this: {@link dev.carillon.observe.tracing.Tracing} wraps the
 * channels and listens behind the ports {@code worker.AttemptSpans} and {@code target.CallSpans}.
 * Off, it hands back what it was given, so that what is not traced costs nothing.
 *
 * <p>Spans are told what happened, never in which words: no parameters, outputs, queries of URLs,
 * or messages of errors, in which secrets may be.
 */
@NullMarked
package dev.carillon.observe.tracing;

import org.jspecify.annotations.NullMarked;
