package dev.carillon.worker;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.DueChannel.DueBatch;
import io.vertx.core.Context;
import java.util.concurrent.Flow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads due events ahead, within bounds: another batch is asked for when few of the last are left.
 */
final class DueConsumer {

  private static final Logger LOG = Logger.getLogger(DueConsumer.class);

  private final DueChannel channel;
  private final WorkerSettings settings;
  private final Claims claims;
  private final Context context;
  private final int ahead;
  private Flow.@Nullable Subscription subscription;
  private boolean asked;
  private volatile boolean stopped;

  DueConsumer(DueChannel channel, WorkerSettings settings, Claims claims, Context context) {
    this.channel = channel;
    this.settings = settings;
    this.claims = claims;
    this.context = context;
    // Two full claims: the next one never waits for the broker, and few hints are lost with a
    // worker.
    this.ahead = 2 * Math.min(settings.slots(), Claims.MOST_AT_ONCE);
  }

  void start() {
    claims.onTaken(this::ask);
    channel.consume(settings.queues()).subscribe().withSubscriber(new Reader());
  }

  void stop() {
    stopped = true;
    context.runOnContext(
        ignored -> {
          if (subscription != null) {
            subscription.cancel();
          }
        });
  }

  private void ask() {
    if (subscription != null && !asked && !stopped && claims.waiting() < ahead) {
      asked = true;
      subscription.request(1);
    }
  }

  private final class Reader implements Flow.Subscriber<DueBatch> {

    @Override
    public void onSubscribe(Flow.Subscription granted) {
      context.runOnContext(
          ignored -> {
            subscription = granted;
            ask();
          });
    }

    @Override
    public void onNext(DueBatch batch) {
      context.runOnContext(
          ignored -> {
            asked = false;
            claims.hinted(batch);
            ask();
          });
    }

    @Override
    public void onError(Throwable failure) {
      LOG.warnf(
          "due events stopped (%s); overdue runs are taken from the table", failure.getMessage());
    }

    @Override
    public void onComplete() {
      LOG.debug("due events ended");
    }
  }
}
