/**
 * The REST side, driven from outside on one started application; each test has a tenant of its own.
 */
@NullMarked
package dev.carillon.rest;

import org.jspecify.annotations.NullMarked;
