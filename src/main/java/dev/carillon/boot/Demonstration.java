package dev.carillon.boot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.Jobs;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.Schedules;
import dev.carillon.catalog.input.JobReader;
import dev.carillon.pg.Notices;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/**
 * One job and one schedule to look at, so that a newcomer sees runs succeed without having made
 * anything. Made once: whoever changes or deletes them finds them so after the next start.
 */
@Singleton
class Demonstration {

  private static final Logger LOG = Logger.getLogger(Demonstration.class);

  private static final String JOB =
      """
      {"key": "hello", "name": "Demonstration: says hello", "params": {"name": "world"}}
      """;

  private static final String SCHEDULE =
      """
      {"key": "hello-every-5-seconds", "jobKey": "hello",
       "trigger": {"type": "CRON", "expression": "*/5 * * * * *"}}
      """;

  private final TenantTransactions transactions;
  private final Jobs jobs;
  private final Schedules schedules;
  private final Notices notices;
  private final ObjectMapper mapper;

  Demonstration(
      TenantTransactions transactions,
      Jobs jobs,
      Schedules schedules,
      Notices notices,
      ObjectMapper mapper) {
    this.transactions = transactions;
    this.jobs = jobs;
    this.schedules = schedules;
    this.notices = notices;
    this.mapper = mapper;
  }

  /** Blocks until it is there; a failure is logged and keeps nothing from starting. */
  void setUp() {
    try {
      VertxContextSupport.subscribeAndAwait(this::make);
    } catch (Refusal there) {
      LOG.debug("the demonstration is there already");
    } catch (Throwable e) {
      LOG.warnf(
          "the demonstration could not be set up (%s); everything else works", e.getMessage());
    }
  }

  private Uni<Void> make() {
    Requester nobody = new Requester(new Tenant("default"), null);
    return schedules
        .draft(nobody.tenant(), tree(SCHEDULE))
        .chain(
            schedule ->
                transactions.entities(
                    nobody.tenant(),
                    statements ->
                        jobs.create(statements, nobody, JobReader.read(tree(JOB)))
                            .chain(job -> schedules.create(statements, nobody, schedule))))
        .invoke(made -> notices.send(Notices.Channel.CLOCK, ""))
        .replaceWithVoid();
  }

  private ObjectNode tree(String json) {
    try {
      return (ObjectNode) mapper.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the demonstration's own JSON", e);
    }
  }
}
