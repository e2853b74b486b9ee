/** Where the work happens: the kinds of target, and the port that calls them. */
@NullMarked
package dev.carillon.target;

import org.jspecify.annotations.NullMarked;
