package dev.carillon.catalog;

import dev.carillon.catalog.input.Fields;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the handler of an attempt wrote down, also while it runs. */
@Singleton
public class AttemptLogs {

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  private final TenantTransactions transactions;

  AttemptLogs(TenantTransactions transactions) {
    this.transactions = transactions;
  }

  /**
   * The log as far as it is written; at most about 1 MiB. Of a run that the tenant has not, and of
   * an attempt that is not there or wrote nothing, there is none.
   *
   * @param number of the attempt, as it was asked for
   */
  public Uni<String> read(Tenant tenant, String run, String number) {
    if (!Fields.isUuid(run)) {
      return Uni.createFrom().failure(Refusal.notFound("run", run));
    }
    if (!NUMBER.matcher(number).matches()) {
      return Uni.createFrom().failure(none(run, number));
    }
    Tuple parameters = Tuple.of(UUID.fromString(run), Integer.valueOf(number), tenant.id());
    return transactions
        .statements(tenant, statements -> statements.query(AttemptLogSql.READ, parameters))
        .map(rows -> found(rows.iterator().next().getString("log"), run, number));
  }

  private static String found(@Nullable String log, String run, String number) {
    if (log == null) {
      throw none(run, number);
    }
    return log;
  }

  private static Refusal none(String run, String number) {
    return Refusal.notFound("log of run " + run + " attempt", number);
  }
}
