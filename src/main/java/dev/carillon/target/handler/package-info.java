/**
 * Target HANDLER: beans of this process that implement {@code JobHandler} or {@code
 * AsyncJobHandler}.
 */
@NullMarked
package dev.carillon.target.handler;

import org.jspecify.annotations.NullMarked;
