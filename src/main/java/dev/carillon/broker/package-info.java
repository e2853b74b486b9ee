/**
 * The legs: ports to the message broker. Whatever a broker loses, repeats or reorders, the database
 * decides; so an adapter needs no exactly-once, no transaction and no order but that of the events
 * of one subject.
 */
@NullMarked
package dev.carillon.broker;

import org.jspecify.annotations.NullMarked;
