package dev.carillon.catalog;

import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Notices;
import dev.carillon.pg.PlaceNotice;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Tells the ticker of new runs that are due before it would look again. What comes up within a
 * millisecond goes out together: a thousand requests need not be a thousand notices.
 */
@Singleton
public class DueNotices {

  /** Beyond the ticker's look-ahead, with room for a clock that is off. */
  private static final Duration SOON = Duration.ofSeconds(10);

  private static final long GATHER_MILLIS = 1;

  private final Vertx vertx;
  private final Notices notices;
  private final InstantSource clock;
  private List<DueNotice> gathered = new ArrayList<>();

  DueNotices(Vertx vertx, Notices notices, InstantSource clock) {
    this.vertx = vertx;
    this.notices = notices;
    this.clock = clock;
  }

  /** To be called once the run has been committed. */
  public void tell(Runs.News news) {
    if (news.due() != null) {
      tell(news.due());
    }
    if (news.place() != null) {
      PlaceNotice.payloads(List.of(news.place()))
          .forEach(payload -> notices.send(Notices.Channel.PLACE, payload));
    }
    if (news.group() != null) {
      tellOfGroup(news.group());
    }
  }

  /** Runs of the group ended, or were added; to be called once that has been committed. */
  public void tellOfGroup(UUID group) {
    PlaceNotice.payloads(List.of(group))
        .forEach(payload -> notices.send(Notices.Channel.GROUP, payload));
  }

  private void tell(DueNotice notice) {
    Instant soon = clock.instant().plus(SOON);
    if (notice.due().isAfter(soon)) {
      return;
    }
    boolean first;
    synchronized (this) {
      first = gathered.isEmpty();
      gathered.add(notice);
    }
    if (first) {
      vertx.setTimer(GATHER_MILLIS, timer -> send());
    }
  }

  private void send() {
    List<DueNotice> ready;
    synchronized (this) {
      ready = gathered;
      gathered = new ArrayList<>();
    }
    DueNotice.payloads(ready).forEach(payload -> notices.send(Notices.Channel.DUE, payload));
  }
}
