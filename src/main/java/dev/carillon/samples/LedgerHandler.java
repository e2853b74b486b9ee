package dev.carillon.samples;

import dev.carillon.IdempotencyGate;
import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import io.quarkus.arc.lookup.LookupUnlessProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * Writes a line for each run into a table of its own, {@code sample_ledger}: once, however often
 * the run is tried and whoever is killed over it, by the {@link IdempotencyGate}. Between the line
 * and its commit it takes as long as {@code params.takes} says (ISO 8601, nothing if absent): for
 * trying out what a kill at that moment leaves.
 *
 * <p>Only where the samples are on: it makes its table in Carillon's own database, for whoever has
 * a job of its name.
 */
@ApplicationScoped
@LookupUnlessProperty(name = "carillon.samples", stringValue = "off", lookupIfMissing = true)
@LookupUnlessProperty(name = "carillon.samples", stringValue = "false", lookupIfMissing = true)
@LookupUnlessProperty(name = "carillon.samples", stringValue = "no", lookupIfMissing = true)
@LookupUnlessProperty(name = "carillon.samples", stringValue = "0", lookupIfMissing = true)
public class LedgerHandler implements JobHandler {

  private final DataSource database;
  private final IdempotencyGate gate = new IdempotencyGate();
  private boolean prepared;

  LedgerHandler(DataSource database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "ledger";
  }

  @Override
  public Outcome handle(RunContext run) throws SQLException, InterruptedException {
    prepare();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      IdempotencyGate.Applied line = gate.once(connection, run, () -> write(connection, run));
      if (stopped(run)) {
        connection.rollback();
        return Outcome.retry("stopped before the line was committed");
      }
      connection.commit();
      return Outcome.success(Map.of("written", line.now()));
    }
  }

  private static String write(Connection connection, RunContext run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LedgerSql.WRITE)) {
      statement.setObject(1, run.runId());
      statement.setInt(2, run.attempt());
      statement.executeUpdate();
      return run.runId().toString();
    }
  }

  private static boolean stopped(RunContext run) throws InterruptedException {
    Duration takes = Duration.parse(run.params().getOrDefault("takes", "PT0S").toString());
    CountDownLatch cancelled = new CountDownLatch(1);
    run.cancellation().onCancel(cancelled::countDown);
    return cancelled.await(takes.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The gate's table is made under a lock until the commit, which serves ours too. */
  private synchronized void prepare() throws SQLException {
    if (prepared) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      gate.createTable(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute(LedgerSql.CREATE);
      }
      connection.commit();
    }
    prepared = true;
  }
}
