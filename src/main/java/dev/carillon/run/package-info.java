/**
 * What a run is, apart from any framework: its states and the edges between them, what an attempt
 * can come to, when a failed one is tried again, and how ids are made.
 */
@NullMarked
package dev.carillon.run;

import org.jspecify.annotations.NullMarked;
