package dev.carillon.event.integration;

import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import io.smallrye.mutiny.Uni;
import java.util.UUID;

/** Port: reads what is asked for and makes runs of it, as POST /runs does. */
public interface RunRequests {

  /**
   * Asks no database.
   *
   * @param data of the event: what POST /runs takes as its body
   * @throws RefusedException saying everything that is wrong with it
   */
  Wanted read(byte[] data);

  /** A run that is wanted and not made yet. */
  interface Wanted {

    /** What the run will be called, unless its dedupe key has made one before. */
    UUID run();

    /**
     * Makes the run in a transaction that somebody else commits; may be called again when that did
     * not come about. Fails with a {@link RefusedException} when there is no such job, or not in a
     * state that allows it.
     */
    Uni<Made> make(Statements statements, Requester requester);
  }

  /**
   * @param run the new run, or the one that the dedupe key had made before
   * @param afterCommit tells whoever has to know of it
   */
  record Made(UUID run, Runnable afterCommit) {}
}
