@NullMarked
package dev.carillon.scheduling;

import org.jspecify.annotations.NullMarked;
