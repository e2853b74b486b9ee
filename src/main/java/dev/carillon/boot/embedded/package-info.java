/**
 * The PostgreSQL that Carillon brings along, for whoever names no other: a real one, kept as a real
 * one is kept. It syncs to disk, asks for a password, listens on loopback alone, and belongs to one
 * process.
 *
 * <p>The folder, and who answers for what in it:
 *
 * <pre>
 *   carillon.lock   DataFolder    held by the process that uses the folder; names it for the others
 *   password        DataFolder    of the database's only user; readable by its owner alone
 *   binaries/       Binaries      PostgreSQL's programs, unpacked once
 *   postgres/       EmbeddedPostgres   the data; made under another name, so it is never half made
 *   postgres.log    EmbeddedPostgres
 * </pre>
 *
 * <p>What fails, and what then: a process that is killed leaves its server running, and the next
 * one stops that and starts its own; one that is killed while it makes the data leaves {@code
 * postgres.new}, which the next one throws away.
 */
@NullMarked
package dev.carillon.boot.embedded;

import org.jspecify.annotations.NullMarked;
