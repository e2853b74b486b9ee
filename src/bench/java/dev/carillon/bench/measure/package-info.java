/**
 * What is measured, and on what: the one PostgreSQL, CPU by {@code /proc}, statements by {@code
 * pg_stat_statements}, and where a system's time goes.
 *
 * <p>CPU is a property of processes, so it is read from the operating system before and after,
 * never sampled: {@link dev.carillon.bench.measure.Usage} is all that was used up to an instant,
 * and two of them make a difference. Only where the time goes <i>within</i> a JVM is sampled
 * ({@link dev.carillon.bench.measure.Flight}), and only with {@code -Dbench.profile=true}, for that
 * costs a little.
 */
@NullMarked
package dev.carillon.bench.measure;

import org.jspecify.annotations.NullMarked;
