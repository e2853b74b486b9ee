@NullMarked
package dev.carillon.boot;

import org.jspecify.annotations.NullMarked;
