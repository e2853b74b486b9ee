/** What operators see: meters and health. */
@NullMarked
package dev.carillon.observe;

import org.jspecify.annotations.NullMarked;
