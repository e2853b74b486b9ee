/**
 * The benchmark: Carillon as its users start it, beside db-scheduler, on one PostgreSQL with
 * nothing switched off. {@code docs/benchmark.md} says what each figure means.
 *
 * <p>{@link dev.carillon.bench.Benchmark} starts the server and the workloads; a workload ({@link
 * dev.carillon.bench.W1}, {@link dev.carillon.bench.W2}, {@link dev.carillon.bench.W3}) plays
 * rounds on a {@link dev.carillon.bench.Contestant}, each a JVM of its own; a round refuses to be
 * counted unless every run was executed exactly once.
 */
@NullMarked
package dev.carillon.bench;

import org.jspecify.annotations.NullMarked;
