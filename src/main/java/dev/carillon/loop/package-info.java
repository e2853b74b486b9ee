/**
 * How the engine's duties repeat: each on one context, one step at a time, woken when there is
 * something to do.
 */
@NullMarked
package dev.carillon.loop;

import org.jspecify.annotations.NullMarked;
