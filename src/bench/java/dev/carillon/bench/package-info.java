/**
 * The benchmark: Carillon as its users start it, on each of its brokers, beside db-scheduler,
 * Quartz and JobRunr, on one PostgreSQL with nothing switched off. {@code docs/performance.md} says
 * what each figure means.
 *
 * <p>{@link dev.carillon.bench.Benchmark} starts the server and the workloads. A {@link
 * dev.carillon.bench.Programme} ({@link dev.carillon.bench.W1}, {@link dev.carillon.bench.W2}) is
 * played on every system by {@link dev.carillon.bench.Contest}, round by round ({@link
 * dev.carillon.bench.Rounds}); {@link dev.carillon.bench.W3} and {@link dev.carillon.bench.W4} are
 * workloads of their own. Never are two systems there at once, and a round refuses to be counted
 * unless every run was executed exactly once. {@code NEXT} needs no system: it compares looking for
 * the next fire with other libraries ({@link dev.carillon.bench.next.NextTables}).
 */
@NullMarked
package dev.carillon.bench;

import org.jspecify.annotations.NullMarked;
