/**
 * Kafka. Due events lie on a topic for each queue, keyed by run; events on a topic for each type
 * (or each kind of thing), keyed by subject; both are made when they are missing, and made again
 * when they went.
 *
 * <p>Kafka's own clients are used, one thread each (decision 0014): a {@link
 * dev.carillon.broker.kafka.Sender} owns a producer and calls it from its thread, because a call
 * may wait for metadata; a {@link dev.carillon.broker.kafka.GroupReader} owns a consumer of a group
 * and goes on polling, with everything paused, while the reader behind it is busy, so that Kafka
 * does not take the reader for dead. {@link dev.carillon.broker.kafka.Offsets} knows what may be
 * committed: never anything above what is not acknowledged.
 *
 * <p>What fails, and what then: while Kafka is away, sending fails after some seconds and is
 * repeated by those who asked (the relay from the outbox, the ticker from its queue, the reconciler
 * from the table); reading goes on by itself; {@link dev.carillon.broker.kafka.Connection} says so
 * once, and health as long as it lasts. What a consumer had in hand when its partitions went to
 * another comes again there, and the claim decides. A client that reports something from which it
 * cannot recover is closed and replaced.
 */
@NullMarked
package dev.carillon.broker.kafka;

import org.jspecify.annotations.NullMarked;
