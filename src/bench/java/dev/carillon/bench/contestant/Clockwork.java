package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import java.sql.SQLException;
import java.time.Instant;

/** A contestant that can fire schedules every second. */
public interface Clockwork extends Contestant {

  /**
   * Makes schedules by its own interface. Each fires every second, on the second: all of them at
   * once.
   *
   * @param round unique in this benchmark
   * @param first when they fire for the first time, a whole second
   */
  void schedule(int round, int schedules, Instant first);

  /** What was executed for instants from one (inclusive) to another (exclusive), doubles too. */
  Notes fires(Instant from, Instant to, Sql sql) throws SQLException;
}
