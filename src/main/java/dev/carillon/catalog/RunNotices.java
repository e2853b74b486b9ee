package dev.carillon.catalog;

import dev.carillon.pg.Notices;
import dev.carillon.pg.PlaceNotice;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.UUID;

/** Tells of runs that an operator changed. */
@Singleton
public class RunNotices {

  private final DueNotices dueNotices;
  private final Notices notices;

  RunNotices(DueNotices dueNotices, Notices notices) {
    this.dueNotices = dueNotices;
    this.notices = notices;
  }

  /** To be called once the change has been committed. */
  public void tell(RunNews news) {
    news.due().forEach(due -> dueNotices.tell(new Runs.News(false, due, null)));
    send(Notices.Channel.PLACE, news.places());
    send(Notices.Channel.GROUP, news.groups());
  }

  private void send(Notices.Channel channel, Set<UUID> ids) {
    PlaceNotice.payloads(ids).forEach(payload -> notices.send(channel, payload));
  }
}
