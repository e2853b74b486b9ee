/**
 * What the parameters of a job's runs have to fit: a JSON Schema that a tenant writes. It is
 * checked as it is declared ({@link dev.carillon.catalog.params.SchemaShape}), so that whatever it
 * is asked later costs a bounded amount of work: it refers to nothing outside itself, does not go
 * round in a circle, and its regular expressions are given up where they try too much ({@link
 * dev.carillon.catalog.params.BoundedPattern}). Even so it is asked on a worker thread only.
 */
@NullMarked
package dev.carillon.catalog.params;

import org.jspecify.annotations.NullMarked;
