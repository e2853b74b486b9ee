/**
 * Reading what people write: JSON in, declarations out, or the list of everything that is wrong
 * with it. A reader asks {@link dev.carillon.catalog.input.Fields} for each field by name; what it
 * did not ask for is unknown and refused. Errors are gathered in {@link
 * dev.carillon.catalog.input.FieldErrors} and thrown together, each with the place, what was wrong
 * and an example of what is right.
 *
 * <p>A value of the wrong JSON type makes the whole text unreadable (400); a value of the right
 * type that cannot be obeyed makes it invalid (422).
 */
@NullMarked
package dev.carillon.catalog.input;

import org.jspecify.annotations.NullMarked;
