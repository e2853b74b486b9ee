package dev.carillon.rest;

import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.Runs;
import dev.carillon.pg.DueNotice;

/** How a run that was asked for is answered. */
final class RunAnswers {

  private RunAnswers() {}

  /**
   * @param status of a new run; one that was there before is 200
   */
  static Answer requested(int status, Runs.Requested requested, DueNotices dueNotices) {
    DueNotice notice = requested.notice();
    Answer answer =
        Answer.of(notice == null ? 200 : status, requested.run())
            .with("Location", "/runs/" + requested.run().id());
    return notice == null ? answer : answer.then(() -> dueNotices.tell(notice));
  }
}
