/**
 * Requests from other services: a CloudEvent {@code scheduler.run.requested} on the broker, whose
 * data is the body of POST /runs, makes a run.
 *
 * <pre>
 * message ──read──► event, tenant, request ──one transaction──► inbox row + run ──► notice ──► acknowledged
 *    │                   │                        │ the inbox row was there ────────────────► acknowledged
 *    │                   └── refused: set aside with its reason (scheduler.dead-letter) ────► acknowledged
 *    └──────────── a fault that is not the message's: again, after a growing pause; not acknowledged
 * </pre>
 *
 * <p><b>Once.</b> A broker delivers at least once, and a sender repeats what it did not see
 * answered. {@code source} and {@code id} identify an event, so the primary key of {@code inbox}
 * (tenant, source, id) is "one run a request"; row and run are written in one transaction, and
 * whoever comes second waits for its end. A row is kept for eight days ({@code maintenance}), and
 * the topic or stream that we make keeps a request for six: whatever it may still bring, after a
 * long stop or to a consumer that begins anew, is known here. Where somebody else made it and keeps
 * requests longer, set it to six days too, or have senders set a {@code dedupeKey}, which is kept
 * for ever: else what is read again after eight days makes another run. A request that was refused
 * leaves no row: corrected, it may come again with the same id.
 *
 * <p><b>Never lost.</b> A message is acknowledged after the commit, or after the broker has it
 * among the dead letters; whatever fails before leaves it with the broker. An answer that was lost
 * on the way is not a problem: the next try finds the row.
 *
 * <p><b>Whose fault.</b> Set aside is what no further try would read otherwise: not a CloudEvent,
 * another type, a tenant that is missing or not the subject's, data that POST /runs would refuse,
 * values that the database cannot keep. Everything else (the database or the dead letters away, a
 * timeout, a deadlock, an error of ours) is tried again for as long as it takes and never set
 * aside. While the database is away, the bounded number of messages in hand wait, and no more are
 * requested. Order is not promised.
 *
 * <p><b>Whose request.</b> The extension {@code tenant} names the tenant; on NATS the subject
 * {@code scheduler.run.requested.{tenant}} does, which is what a server's permissions can be given
 * for, so where both are there they must agree. Neither: {@code default} in local mode, refused
 * otherwise.
 */
@NullMarked
package dev.carillon.event.integration;

import org.jspecify.annotations.NullMarked;
