/** What users' own tests need of time: a clock that stands still until it is told to move. */
@NullMarked
package dev.carillon.time.testing;

import org.jspecify.annotations.NullMarked;
