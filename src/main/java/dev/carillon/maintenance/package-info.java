/**
 * What one process does for all: taking back the runs of workers that are gone, and keeping house.
 */
@NullMarked
package dev.carillon.maintenance;

import org.jspecify.annotations.NullMarked;
