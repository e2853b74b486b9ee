/** Spans by a real SDK, whose exporter is a list. */
@NullMarked
package dev.carillon.observe.tracing;

import org.jspecify.annotations.NullMarked;
