/**
 * The systems that are measured, seen from outside: each is one or more JVMs of its own on a
 * database of its own, is given a {@link dev.carillon.bench.contestant.Load} of runs, says when
 * nothing is left to do, and answers for what became of each run.
 *
 * <p>Carillon ({@link dev.carillon.bench.contestant.CarillonUnderTest}) is asked by its tables; the
 * others ({@link dev.carillon.bench.contestant.PeerUnderTest}), which keep no history, note down
 * what they execute and when ({@link dev.carillon.bench.peer}). Either way a round whose runs were
 * not executed exactly once each is an error and not a figure.
 */
@NullMarked
package dev.carillon.bench.contestant;

import org.jspecify.annotations.NullMarked;
