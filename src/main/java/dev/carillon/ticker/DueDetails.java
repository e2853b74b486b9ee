package dev.carillon.ticker;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Adds to due events what others than our workers want to know: the job's key and the trace. */
final class DueDetails {

  private static final Logger LOG = Logger.getLogger(DueDetails.class);

  private final Pg pg;
  private final DueChannel channel;

  private record Detail(@Nullable String job, @Nullable String traceparent) {}

  DueDetails(Pg pg, DueChannel channel) {
    this.pg = pg;
    this.channel = channel;
  }

  /** Never fails: a due event that says less is better than none. */
  Uni<List<JobDue>> of(List<JobDue> due) {
    if (due.isEmpty() || !channel.leavesTheProcess()) {
      return Uni.createFrom().item(due);
    }
    UUID[] ids = due.stream().map(JobDue::run).toArray(UUID[]::new);
    return pg.asEngine(DueSql.DETAILS, Tuple.of(ids))
        .map(rows -> told(due, rows))
        .onFailure()
        .invoke(f -> LOG.debugf("due events go out without job and trace (%s)", f.getMessage()))
        .onFailure()
        .recoverWithItem(due);
  }

  private static List<JobDue> told(List<JobDue> due, RowSet<Row> rows) {
    Map<UUID, Detail> details = new HashMap<>();
    rows.forEach(
        row ->
            details.put(
                row.getUUID("id"), new Detail(row.getString("job"), row.getString("trace"))));
    Detail none = new Detail(null, null);
    return due.stream().map(one -> with(one, details.getOrDefault(one.run(), none))).toList();
  }

  private static JobDue with(JobDue due, Detail detail) {
    return new JobDue(
        due.run(),
        due.due(),
        due.priority(),
        due.tenant(),
        due.queue(),
        detail.job,
        detail.traceparent);
  }
}
