/**
 * What a {@link dev.carillon.Scheduler} does: definitions become the documents that the REST
 * resources take, and go the same way through {@code catalog}: read as strictly, written in one
 * transaction of their tenant, told of after the commit.
 *
 * <p>All of it happens on a Vert.x context of its own ({@link dev.carillon.scheduling.OwnContext}),
 * so that a transaction of the application on its own context is neither joined nor disturbed.
 */
@NullMarked
package dev.carillon.scheduling;

import org.jspecify.annotations.NullMarked;
