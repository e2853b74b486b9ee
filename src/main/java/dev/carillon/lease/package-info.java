/**
 * Leadership: who does what only one process may do, and the number that fences what a former
 * leader still sends.
 */
@NullMarked
package dev.carillon.lease;

import org.jspecify.annotations.NullMarked;
