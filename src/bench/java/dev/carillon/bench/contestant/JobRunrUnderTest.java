package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.peer.JobRunrMain;
import java.sql.SQLException;

/**
 * JobRunr, the edition that is free. It makes its tables by itself, and has no schedules of
 * seconds.
 */
public final class JobRunrUnderTest extends PeerUnderTest {

  public static final String NAME = "jobrunr";

  /** It manages one or two thousand a second at best. */
  private static final Pace PACE = new Pace(2, 200);

  /**
   * Copies of the job that JobRunr itself has stored, each with an id, a run and an instant of its
   * own.
   */
  private static final String INSERT =
      """
      with made as materialized (
        select gen_random_uuid()::text as id, ? || '-' || i as run,
               ?::timestamptz + i * ? * interval '1 microsecond' as due
        from generate_series(0, ? - 1) as i
      ), template as materialized (
        select t.id::text as id, t.version, t.jobasjson, t.jobsignature, t.createdat
        from jobrunr_jobs t
        where t.jobasjson like '%' || ? || '%' and t.state = 'SCHEDULED'
      )
      insert into jobrunr_jobs (id, version, jobasjson, jobsignature, state, createdat, updatedat, scheduledat)
      select m.id, t.version,
             replace(replace(replace(t.jobasjson, t.id, m.id),
               ?, m.run || '@' || (extract(epoch from m.due) * 1e6)::bigint),
               '2999-12-31T00:00:00Z', to_char(m.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
             t.jobsignature, 'SCHEDULED', t.createdat, t.createdat, m.due at time zone 'UTC'
      from made m, template t
      """;

  private static final String EMPTY =
      """
      select not exists (select from jobrunr_jobs where state in ('ENQUEUED', 'PROCESSING'))
         and not exists (select from jobrunr_jobs where state = 'SCHEDULED' and scheduledat < '2999-01-01')
      """;

  private JobRunrUnderTest(Venue venue, int workers, int connections) {
    super(
        NAME,
        venue,
        "workers=%d poll=%ds pool=%d".formatted(workers, JobRunrMain.POLL.toSeconds(), connections),
        JobRunrMain.class,
        Integer.toString(workers),
        Integer.toString(connections));
  }

  public static JobRunrUnderTest start(Venue venue, int workers, int connections) {
    return new JobRunrUnderTest(venue, workers, connections);
  }

  @Override
  public Pace pace() {
    return PACE;
  }

  @Override
  public void tidy(Sql sql) throws SQLException {
    sql.run("vacuum analyze jobrunr_jobs");
  }

  @Override
  public void insert(Load load, Sql sql) throws SQLException {
    sql.update(
        INSERT,
        Integer.toString(load.round()),
        load.firstUtc(),
        load.stepMicros(),
        load.count(),
        JobRunrMain.TEMPLATE,
        JobRunrMain.TEMPLATE);
    sql.run("analyze jobrunr_jobs");
  }

  @Override
  boolean isEmpty(Sql sql) throws SQLException {
    return sql.isTrue(EMPTY);
  }
}
