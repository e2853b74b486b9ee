/**
 * From a process that has just been started to an application that serves: reads the environment,
 * starts the embedded PostgreSQL where no other is named, looks at the database, and only then lets
 * Quarkus go.
 *
 * <p>What a person can get wrong ({@link dev.carillon.boot.StartFailure}) is found here, before the
 * frameworks see it, and is said in one line. {@code Start} is the order of the steps; a Quarkus
 * application that has Carillon as a library starts without it and still gets the environment's
 * meaning, from {@link dev.carillon.boot.CarillonConfigSources}.
 */
@NullMarked
package dev.carillon.boot;

import org.jspecify.annotations.NullMarked;
