/** What operators see: meters and health, and beneath it traces. */
@NullMarked
package dev.carillon.observe;

import org.jspecify.annotations.NullMarked;
