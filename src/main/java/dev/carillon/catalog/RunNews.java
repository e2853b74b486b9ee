package dev.carillon.catalog;

import dev.carillon.pg.DueNotice;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What others are told of runs that an operator changed, once that is committed. All of it may be
 * lost: whoever is told also looks for itself.
 *
 * @param due runs that are due, for the ticker
 * @param places schedules of which a run waits for others or was waited for
 * @param groups of which a run ended or lives again
 */
public record RunNews(List<DueNotice> due, Set<UUID> places, Set<UUID> groups) {

  static final RunNews NOTHING = new RunNews(List.of(), Set.of(), Set.of());

  public RunNews {
    due = List.copyOf(due);
    places = Set.copyOf(places);
    groups = Set.copyOf(groups);
  }
}
