package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.peer.QuartzMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.quartz.Scheduler;

/** Quartz on its JDBC job store, clustered and batched. */
public final class QuartzUnderTest extends PeerUnderTest implements Clockwork {

  public static final String NAME = "quartz";

  /** It manages a few hundred a second. */
  private static final Pace PACE = new Pace(10, 200);

  private static final String TABLES = "/org/quartz/impl/jdbcjobstore/tables_postgres.sql";

  /** The rows that its own interface writes, ten times as fast. */
  private static final String INSERT =
      """
      with made as materialized (
        select ? || '-' || i as name, ? + floor(i * ? / 1000)::bigint as due
        from generate_series(0, ? - 1) as i
      ), triggers as (
        insert into qrtz_triggers
          (sched_name, trigger_name, trigger_group, job_name, job_group, next_fire_time, prev_fire_time, priority,
           trigger_state, trigger_type, start_time, end_time, misfire_instr, job_data)
        select scheduler, name, job, job, job, due, -1, 5, 'WAITING', 'SIMPLE', due, 0, -1, ''
        from made, (select ? as scheduler, ? as job) as names
        returning sched_name, trigger_name, trigger_group
      )
      insert into qrtz_simple_triggers
        (sched_name, trigger_name, trigger_group, repeat_count, repeat_interval, times_triggered)
      select sched_name, trigger_name, trigger_group, 0, 0, 0 from triggers
      """;

  private static final String EMPTY =
      """
      select not exists (select from qrtz_triggers) and not exists (select from qrtz_fired_triggers)
      """;

  private QuartzUnderTest(Venue venue, int threads) {
    super(
        NAME,
        venue,
        "threads=%d batch=%d clustered acquireTriggersWithinLock pool=%d"
            .formatted(threads, threads, threads + 3),
        QuartzMain.class,
        Integer.toString(threads));
  }

  public static QuartzUnderTest start(Venue venue, int threads) throws SQLException {
    try (Sql sql = venue.connect();
        InputStream tables = Scheduler.class.getResourceAsStream(TABLES)) {
      sql.run(new String(tables.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return new QuartzUnderTest(venue, threads);
  }

  @Override
  public Pace pace() {
    return PACE;
  }

  @Override
  public void tidy(Sql sql) throws SQLException {
    sql.run(
        "vacuum analyze qrtz_triggers",
        "vacuum analyze qrtz_simple_triggers",
        "vacuum analyze qrtz_fired_triggers");
  }

  @Override
  public void insert(Load load, Sql sql) throws SQLException {
    sql.update(
        INSERT,
        Integer.toString(load.round()),
        load.first().toEpochMilli(),
        load.stepMicros(),
        load.count(),
        QuartzMain.SCHEDULER,
        QuartzMain.JOB);
    sql.run("analyze qrtz_triggers", "analyze qrtz_simple_triggers");
  }

  @Override
  boolean isEmpty(Sql sql) throws SQLException {
    return sql.isTrue(EMPTY);
  }
}
