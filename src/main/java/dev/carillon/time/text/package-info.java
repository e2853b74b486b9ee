/** Reading what people write, and writing what people read: refusals and English phrases. */
@NullMarked
package dev.carillon.time.text;

import org.jspecify.annotations.NullMarked;
