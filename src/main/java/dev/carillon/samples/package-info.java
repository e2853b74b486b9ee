/**
 * Samples: handlers to try things out with. They use only the front door, as any application would.
 */
@NullMarked
package dev.carillon.samples;

import org.jspecify.annotations.NullMarked;
