package dev.carillon.rest;

import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.Runs;

/** How a run that was asked for is answered. */
final class RunAnswers {

  private RunAnswers() {}

  /**
   * @param status of a new run; one that was there before is 200
   */
  static Answer requested(int status, Runs.Requested requested, DueNotices dueNotices) {
    return Answer.of(requested.news().before() ? 200 : status, requested.run())
        .with("Location", "/runs/" + requested.run().id())
        .then(() -> dueNotices.tell(requested.news()));
  }
}
