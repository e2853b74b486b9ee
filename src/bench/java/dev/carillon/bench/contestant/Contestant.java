package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** A scheduler in JVMs of its own, with a database of its own, ready to be given runs. */
public interface Contestant extends AutoCloseable {

  /** The heap of each contestant's JVM. */
  String HEAP = "-Xmx512m";

  String name();

  /** How it is set up, in words, for the table. */
  String setup();

  /** Its JVMs: what they use is its CPU. */
  List<ProcessHandle> processes();

  /** The server that carries its messages; its CPU is shown apart. */
  default Optional<ProcessHandle> broker() {
    return Optional.empty();
  }

  String database();

  /** How much of the workloads it is asked for. */
  default Pace pace() {
    return Pace.WHOLE;
  }

  /**
   * What its JVMs have recorded of themselves, complete once it is closed; none unless asked to.
   */
  default List<Path> recordings() {
    return List.of();
  }

  /** Makes what earlier rounds left behind cost this one nothing. */
  void tidy(Sql sql) throws SQLException;

  /** Inserts a round's runs in the transaction that is open. */
  void insert(Load load, Sql sql) throws SQLException;

  /** Told before the runs of a round are there. */
  default void expect(Load load) {}

  /** Whether nothing is left to do or to tell, cheaply. */
  boolean isSettled(Sql sql) throws SQLException;

  /**
   * What became of the runs.
   *
   * @throws IllegalStateException unless each was executed exactly once, and well
   */
  Executed executed(Load load, Sql sql) throws SQLException;

  @Override
  void close();
}
