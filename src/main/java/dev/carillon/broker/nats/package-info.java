/**
 * NATS JetStream as the legs, by jnats alone.
 *
 * <pre>
 *   CARILLON_DUE           scheduler.job.due.{queue}          a durable consumer for each queue
 *   CARILLON_EVENTS        scheduler.run.succeeded.{tenant}   … and every other type of event
 *   CARILLON_REQUESTS      scheduler.run.requested.{tenant}   the durable consumer carillon-requests
 *   CARILLON_DEAD_LETTERS  scheduler.dead-letter
 * </pre>
 *
 * <p>There are two connections, because a server works on what one connection sends in order: a due
 * event must not wait behind two thousand events. Each {@link dev.carillon.broker.nats.NatsLink}
 * lives in the background for as long as the process; a connection of it lives until it is lost,
 * and what was under way on it has then failed, so that nothing goes out late and out of order.
 *
 * <p>Everything is pulled: {@link dev.carillon.broker.nats.PullConsumer} keeps a request for a
 * bounded number of messages waiting at the server, which answers the moment there is one. What was
 * pulled and is not wanted any more is given back at once.
 *
 * <p>Streams and consumers are made where they are missing, at each connect and whenever the server
 * says that one is gone. Nothing here needs a server newer than 2.9.
 */
@NullMarked
package dev.carillon.broker.nats;

import org.jspecify.annotations.NullMarked;
