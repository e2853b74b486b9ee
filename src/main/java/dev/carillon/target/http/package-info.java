/** Target HTTP: a request to a URL. */
@NullMarked
package dev.carillon.target.http;

import org.jspecify.annotations.NullMarked;
