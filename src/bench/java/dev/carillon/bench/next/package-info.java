/**
 * How long one look for the next fire takes: Carillon beside the libraries that others use,
 * measured by JMH, every contestant in a JVM of its own and in its own types, which are made
 * beforehand.
 *
 * <p>Two ways to ask. <em>Random</em>: from instants anywhere in 2020 to 2040, as a schedule is
 * created or previewed. <em>Walk</em>: from each fire to the one behind it, as a ticker plans.
 */
@NullMarked
package dev.carillon.bench.next;

import org.jspecify.annotations.NullMarked;
