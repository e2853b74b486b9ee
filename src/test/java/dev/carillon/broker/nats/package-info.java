/** NATS JetStream against a real nats-server. */
@NullMarked
package dev.carillon.broker.nats;

import org.jspecify.annotations.NullMarked;
