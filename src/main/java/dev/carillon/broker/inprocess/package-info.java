/**
 * The broker of the embedded default: within this process, bounded, and as forgetful as any broker
 * may be.
 */
@NullMarked
package dev.carillon.broker.inprocess;

import org.jspecify.annotations.NullMarked;
