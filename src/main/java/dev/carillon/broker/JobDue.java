package dev.carillon.broker;

import java.time.Instant;
import java.util.UUID;

/**
 * A wake-up with a name on it: this run may be tried. It may arrive twice, late, or never; the
 * claim decides.
 *
 * @param due when the run is due, UTC
 * @param priority 0 (first) to 4
 */
public record JobDue(UUID run, Instant due, int priority, String tenant, String queue) {}
