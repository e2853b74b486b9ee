/**
 * What a schedule does with its trigger, apart from any framework: which fires to plan, and what a
 * late one means.
 */
@NullMarked
package dev.carillon.schedule;

import org.jspecify.annotations.NullMarked;
