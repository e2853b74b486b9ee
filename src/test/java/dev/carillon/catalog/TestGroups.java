package dev.carillon.catalog;

import dev.carillon.catalog.input.GroupReader;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Statements;
import dev.carillon.run.GroupStatus;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.tenancy.TestTenancy;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Groups as REST reaches them, without REST; apostrophes stand for quotes. */
public final class TestGroups {

  private static final Requester SOMEBODY = new Requester(new Tenant(EngineFixture.TENANT), null);

  private final EngineFixture engine;
  private final TenantTransactions transactions;
  private final Runs runs;
  private final Groups groups;
  private final GroupEdits edits;
  private final RunRevival revival;
  private final RunCancel cancel;

  public TestGroups(EngineFixture engine) {
    Ids ids = new Ids();
    this.engine = engine;
    this.transactions = TestTenancy.transactions(engine.pg);
    this.runs = TestCatalog.runs(transactions, EngineFixture.REAL);
    this.groups = new Groups(transactions, runs, EngineFixture.REAL, ids);
    this.revival = new RunRevival(runs, EngineFixture.REAL);
    this.edits = new GroupEdits(groups, revival, EngineFixture.REAL);
    this.cancel = new RunCancel(runs, EngineFixture.REAL);
  }

  /** The body's fields, without braces, and so many runs of a job. */
  public UUID create(String fields, String job, int count) {
    return create("{" + fields + ",'runs':[" + runs(job, count) + "]}");
  }

  public UUID create(String body) {
    return tell(in(s -> groups.create(s, SOMEBODY, GroupReader.read(json(body)))).id());
  }

  /**
   * @return what was added
   */
  public List<UUID> add(UUID group, String body) {
    Groups.Added added =
        in(s -> groups.add(s, SOMEBODY, group.toString(), GroupReader.readAdded(json(body))));
    tell(group);
    return added.made();
  }

  /** By POST /runs with the group's id in the body. */
  public UUID request(String body) {
    return in(s -> runs.request(s, SOMEBODY, RunReader.read(json(body)))).run().id();
  }

  public void order(UUID group, List<UUID> order) {
    in(s -> edits.order(s, SOMEBODY, group.toString(), order));
    tell(group);
  }

  /**
   * @return how many workers are to stop
   */
  public int cancel(UUID group) {
    List<UUID> asked = in(s -> edits.cancel(s, SOMEBODY, group.toString())).asked();
    asked.forEach(run -> engine.notices.send(Notices.Channel.CANCEL, run.toString()));
    tell(group);
    return asked.size();
  }

  public void retry(UUID group) {
    in(s -> edits.retry(s, SOMEBODY, group.toString()));
    tell(group);
  }

  /** One run of a group, as an operator cancels it. */
  public void cancelRun(UUID run) {
    RunCancel.Cancelled cancelled = in(s -> cancel.cancel(s, SOMEBODY, run.toString()));
    if (cancelled.asked()) {
      engine.notices.send(Notices.Channel.CANCEL, run.toString());
    }
  }

  /** One run of a group, as an operator retries it; no notice follows. */
  public void retryRun(UUID run) {
    in(s -> revival.one(s, SOMEBODY, run.toString(), Revival.RETRY));
  }

  public GroupView get(UUID group) {
    return groups.get(SOMEBODY.tenant(), group.toString()).await().atMost(Duration.ofSeconds(10));
  }

  public Page<GroupView> list(GroupStatus status, UUID after, int limit) {
    return groups
        .list(SOMEBODY.tenant(), status, after, limit)
        .await()
        .atMost(Duration.ofSeconds(10));
  }

  /** In the group's order. */
  public List<UUID> runs(UUID group) {
    return get(group).runs().stream().map(GroupView.Member::id).toList();
  }

  public void awaitStatus(UUID group, GroupStatus status) {
    org.awaitility.Awaitility.await("group " + group + " " + status)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(() -> stored(group) == status);
  }

  /** As it stands in its row. */
  public GroupStatus stored(UUID group) {
    return GroupStatus.valueOf(
        (String) engine.row("select status from groups where id = ?", group).get("status"));
  }

  public static String runs(String job, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{'jobKey':'" + job + "','params':{'n':" + i + "}}")
        .collect(Collectors.joining(","));
  }

  private UUID tell(UUID group) {
    engine.notices.send(Notices.Channel.GROUP, group + "\n");
    return group;
  }

  private <T> T in(Function<Statements, Uni<T>> work) {
    return transactions.statements(SOMEBODY.tenant(), work).await().atMost(Duration.ofSeconds(15));
  }

  private static com.fasterxml.jackson.databind.JsonNode json(String body) {
    return JsonText.parse(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
