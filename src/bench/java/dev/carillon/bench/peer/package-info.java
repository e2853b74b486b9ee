/**
 * The programs that the other schedulers are measured in: each a {@code main} that starts one
 * scheduler as its documents say is fast, with a handler that does nothing but note the instant.
 *
 * <p>They are told what comes on standard input and answer on standard output ({@link
 * dev.carillon.bench.peer.Conversation}); what they noted ({@link dev.carillon.bench.peer.Diary})
 * goes to a file when it is asked for.
 */
@NullMarked
package dev.carillon.bench.peer;

import org.jspecify.annotations.NullMarked;
