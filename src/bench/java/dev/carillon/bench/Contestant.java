package dev.carillon.bench;

import java.sql.SQLException;

/** A scheduler in a JVM of its own, with a database of its own, ready to be given runs. */
interface Contestant extends AutoCloseable {

  /** The heap of each contestant's JVM. */
  String HEAP = "-Xmx512m";

  String name();

  /** How it is set up, in words, for the table. */
  String setup();

  ProcessHandle process();

  String database();

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
