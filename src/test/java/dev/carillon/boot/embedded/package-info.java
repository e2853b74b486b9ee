@NullMarked
package dev.carillon.boot.embedded;

import org.jspecify.annotations.NullMarked;
