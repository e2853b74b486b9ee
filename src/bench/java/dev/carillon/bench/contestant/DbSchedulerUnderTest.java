package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.peer.DbSchedulerMain;
import java.sql.SQLException;
import java.time.Duration;

/** db-scheduler, by lock-and-fetch: the one that all others are compared with. */
public final class DbSchedulerUnderTest extends PeerUnderTest implements Clockwork {

  public static final String NAME = "db-scheduler";

  /** Its documented table, without the index for priorities, which nobody uses here. */
  private static final String[] TABLE = {
    """
    create table scheduled_tasks (
      task_name            text                     not null,
      task_instance        text                     not null,
      task_data            bytea,
      execution_time       timestamp with time zone not null,
      picked               boolean                  not null,
      picked_by            text,
      last_success         timestamp with time zone,
      last_failure         timestamp with time zone,
      consecutive_failures int,
      last_heartbeat       timestamp with time zone,
      version              bigint                   not null,
      priority             smallint,
      primary key (task_name, task_instance)
    )
    """,
    "create index execution_time_idx on scheduled_tasks (execution_time)",
    "create index last_heartbeat_idx on scheduled_tasks (last_heartbeat)",
  };

  private static final String INSERT =
      """
      insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
      select ?, ? || '-' || i, ?::timestamptz + i * ? * interval '1 microsecond', false, 1
      from generate_series(0, ? - 1) as i
      """;

  private static final String EMPTY = "select not exists (select from scheduled_tasks)";

  /**
   * What its README leaves to whoever wants throughput.
   *
   * @param lower pollUsingLockAndFetch: fetch again when fewer are in hand than so many times the
   *     threads
   * @param upper and then up to so many times the threads
   */
  public record Settings(double lower, double upper, Duration poll, int connections) {}

  private DbSchedulerUnderTest(Venue venue, Settings settings) {
    super(
        NAME,
        venue,
        "threads=%d lock-and-fetch=%s,%s poll=%dms pool=%d"
            .formatted(
                DbSchedulerMain.THREADS,
                settings.lower(),
                settings.upper(),
                settings.poll().toMillis(),
                settings.connections()),
        DbSchedulerMain.class,
        Double.toString(settings.lower()),
        Double.toString(settings.upper()),
        Long.toString(settings.poll().toMillis()),
        Integer.toString(settings.connections()));
  }

  public static DbSchedulerUnderTest start(Venue venue, Settings settings) throws SQLException {
    try (Sql sql = venue.connect()) {
      sql.run(TABLE);
    }
    return new DbSchedulerUnderTest(venue, settings);
  }

  @Override
  public void tidy(Sql sql) throws SQLException {
    sql.run("vacuum analyze scheduled_tasks");
  }

  @Override
  public void insert(Load load, Sql sql) throws SQLException {
    sql.update(
        INSERT,
        DbSchedulerMain.ONCE,
        Integer.toString(load.round()),
        load.firstUtc(),
        load.stepMicros(),
        load.count());
    sql.run("analyze scheduled_tasks");
  }

  @Override
  boolean isEmpty(Sql sql) throws SQLException {
    return sql.isTrue(EMPTY);
  }
}
