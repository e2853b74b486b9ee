/**
 * What tests share: one PostgreSQL per test JVM, and a real Carillon process to drive from outside.
 */
@NullMarked
package dev.carillon.testing;

import org.jspecify.annotations.NullMarked;
