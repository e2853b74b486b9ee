@NullMarked
package dev.carillon.ical;

import org.jspecify.annotations.NullMarked;
