@NullMarked
package dev.carillon.gate;

import org.jspecify.annotations.NullMarked;
