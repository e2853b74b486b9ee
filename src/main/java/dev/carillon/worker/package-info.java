/**
 * Doing the work. Hints are read ahead within bounds, claimed by id and never more than there are
 * free slots, executed, and completed many at a time.
 *
 * <p>A run under a limit is named by the claim and claimed by a second one, once {@link
 * dev.carillon.limit.Limits} has given it places; the worker that ends it claims who waits next.
 *
 * <p>Authoritative is the row in {@code queue}: its {@code locked_by} and {@code attempt} say whose
 * try counts. A worker lives by its lease; when it was retired or silent for too long it abandons
 * what it has in hand and takes a new id, and whatever its handlers still answer is refused by the
 * attempt number. What fails and what then:
 *
 * <ul>
 *   <li>a hint is lost: idle workers, and every eighth claim of busy ones, look into the table;
 *   <li>a claim's answer is lost: the worker compares what stands as its own with what it has in
 *       hand, and hands back;
 *   <li>a completion cannot be written: it is kept and tried again, first in line;
 *   <li>a handler's lines cannot be written: its end waits 2 s for them at most, they come later;
 *       what a process that dies has not written of them (about a second's) is lost;
 *   <li>a handler does not stop when asked: its attempt is recorded without its word after 5 s, its
 *       slot goes to another run, and so does a new thread;
 *   <li>the process dies: its lease runs out and {@code maintenance.OfflineWorkers} takes its runs
 *       back.
 * </ul>
 */
@NullMarked
package dev.carillon.worker;

import org.jspecify.annotations.NullMarked;
