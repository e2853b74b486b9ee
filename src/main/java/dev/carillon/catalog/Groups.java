package dev.carillon.catalog;

import dev.carillon.catalog.GroupMembers.Standing;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.GroupDeclaration;
import dev.carillon.catalog.input.GroupReader;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.pg.Statements;
import dev.carillon.run.GroupStatus;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs that belong together: made, added to and shown. */
@Singleton
public class Groups {

  static final String GROUP = "group";

  /**
   * Statements of so many runs are on their way at once, on the one connection that the transaction
   * has: each waits for its own answer only.
   */
  private static final int ON_THE_WAY = 100;

  /** Shown with the group. */
  private static final int MOST_SHOWN = 1_000;

  /** Reading so many takes some milliseconds. */
  private static final int MOST_CANDIDATES = 1_000;

  /** Mostly all candidates fit: what a row says is seldom behind. */
  private static final int TIMES_THE_LIMIT = 2;

  private final TenantTransactions transactions;
  private final Runs runs;
  private final InstantSource clock;
  private final Ids ids;

  Groups(TenantTransactions transactions, Runs runs, InstantSource clock, Ids ids) {
    this.transactions = transactions;
    this.runs = runs;
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * Makes a group with all of its runs, or nothing. Fails with an {@link InvalidInput} that says of
   * each run what is wrong with it.
   */
  public Uni<GroupView> create(
      Statements statements, Requester requester, GroupDeclaration declared) {
    Instant now = clock.instant();
    UUID id = ids.next(now);
    Tuple values =
        Tuple.tuple()
            .addUUID(id)
            .addString(requester.tenant().id())
            .addString(declared.name())
            .addString(declared.mode().name())
            .addInteger(declared.maxParallel())
            .addString(declared.stopsOnFailure() ? "STOP" : "CONTINUE")
            .addOffsetDateTime(Times.utc(now));
    List<RunRequest> wanted = declared.runs();
    return statements
        .query(GroupSql.INSERT, values)
        .flatMap(made -> place(statements, requester, id, wanted, 0, true))
        .call(
            placed ->
                GroupMembers.added(
                    statements, requester, id, fresh(placed).size(), wanted.size(), now, "created"))
        .flatMap(placed -> read(statements, requester.tenant(), id));
  }

  /**
   * Runs that were added.
   *
   * @param members in the order of the request; those that dedupe keys have made before, too
   * @param made the new ones
   */
  public record Added(UUID group, List<GroupView.Member> members, List<UUID> made) {}

  /** Adds all of the runs to a group, behind those that it has, or none. */
  public Uni<Added> add(
      Statements statements, Requester requester, String group, GroupReader.Added wanted) {
    Instant now = clock.instant();
    Tenant tenant = requester.tenant();
    return existing(statements, tenant, group)
        .map(standing -> standing.requireOpen().requireRoom(wanted.runs().size()))
        .flatMap(standing -> add(statements, requester, standing, wanted, now))
        .flatMap(placed -> added(statements, tenant, UUID.fromString(group), placed, now));
  }

  private Uni<List<Runs.Placed>> add(
      Statements statements,
      Requester requester,
      Standing standing,
      GroupReader.Added wanted,
      Instant now) {
    UUID group = standing.group();
    int count = wanted.runs().size();
    return place(
            statements, requester, group, wanted.runs(), standing.nextPosition(), wanted.several())
        .call(
            placed ->
                fresh(placed).isEmpty()
                    ? Uni.createFrom().voidItem()
                    : GroupMembers.added(
                        statements, requester, group, fresh(placed).size(), count, now, "updated"));
  }

  private static Uni<Added> added(
      Statements statements, Tenant tenant, UUID group, List<Runs.Placed> placed, Instant now) {
    List<UUID> runs = placed.stream().map(Runs.Placed::run).distinct().toList();
    return members(statements, tenant, group, now, runs.toArray(UUID[]::new))
        .map(members -> new Added(group, inOrder(members, runs), fresh(placed)));
  }

  /** They are read in their places, where those that were made before come first. */
  private static List<GroupView.Member> inOrder(List<GroupView.Member> members, List<UUID> runs) {
    Map<UUID, Integer> order = new HashMap<>();
    runs.forEach(run -> order.put(run, order.size()));
    return members.stream().sorted(Comparator.comparing(member -> order.get(member.id()))).toList();
  }

  /** Fails with a {@link Refusal} when there is none. */
  public Uni<GroupView> get(Tenant tenant, String id) {
    return Fields.isUuid(id)
        ? transactions.statements(
            tenant, statements -> read(statements, tenant, UUID.fromString(id)))
        : Uni.createFrom().failure(Refusal.notFound(GROUP, id));
  }

  /** As {@link #get}, within a transaction. */
  Uni<GroupView> read(Statements statements, Tenant tenant, UUID id) {
    Instant now = clock.instant();
    return statements
        .query(GroupShownSql.READ, parameters(tenant, List.of(id), now, null, 1))
        .map(rows -> rows.size() == 0 ? null : GroupView.of(rows.iterator().next()))
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(GROUP, id))
        .flatMap(view -> members(statements, tenant, id, now, null).map(view::with));
  }

  /**
   * Newest first.
   *
   * @param status null: any
   */
  public Uni<Page<GroupView>> list(
      Tenant tenant, @Nullable GroupStatus status, @Nullable UUID after, int limit) {
    Instant now = clock.instant();
    return transactions.statements(
        tenant,
        statements ->
            new Listing(statements, tenant, status, limit, now)
                .from(after == null ? Page.TOP : after));
  }

  /** Looks at candidates, a few times as many as are wanted at a time, until enough of them fit. */
  private record Listing(
      Statements statements,
      Tenant tenant,
      @Nullable GroupStatus status,
      int limit,
      Instant now,
      List<GroupView> fitting) {

    Listing(
        Statements statements,
        Tenant tenant,
        @Nullable GroupStatus status,
        int limit,
        Instant now) {
      this(statements, tenant, status, limit, now, new ArrayList<>());
    }

    Uni<Page<GroupView>> from(UUID below) {
      return from(below, MOST_CANDIDATES);
    }

    private Uni<Page<GroupView>> from(UUID below, int left) {
      int most = status == null ? limit + 1 : Math.min(left, TIMES_THE_LIMIT * (limit + 1));
      return candidates(statements, tenant, status, below, most)
          .flatMap(
              found ->
                  shown(statements, tenant, status, found, now, limit + 1 - fitting.size())
                      .invoke(fitting::addAll)
                      .flatMap(shown -> goOn(found, most, left - found.size())));
    }

    private Uni<Page<GroupView>> goOn(List<UUID> found, int most, int left) {
      return fitting.size() > limit || found.size() < most || left <= 0
          ? Uni.createFrom().item(page(fitting, found, limit, most))
          : from(found.get(found.size() - 1), left);
    }
  }

  private static Page<GroupView> page(
      List<GroupView> fitting, List<UUID> candidates, int limit, int most) {
    Page<GroupView> page = Page.of(fitting, limit, GroupView::id);
    return page.next() != null || candidates.size() < most
        ? page
        : new Page<>(page.items(), candidates.get(candidates.size() - 1));
  }

  /** Where a group stands by itself may be ahead of its row: those that may be shown so, too. */
  private static Uni<List<UUID>> candidates(
      Statements statements, Tenant tenant, @Nullable GroupStatus status, UUID below, int most) {
    Tuple three = Tuple.of(tenant.id(), below, most);
    if (status == null) {
      return statements.query(GroupShownSql.OF_TENANT, three).map(Groups::ids);
    }
    String[] stored =
        switch (status) {
          case RUNNING -> new String[] {"QUEUED", "RUNNING"};
          case CANCELED -> new String[] {"CANCELED", "QUEUED", "RUNNING"};
          default -> new String[] {status.name()};
        };
    return statements
        .query(GroupShownSql.OF_STATUS, three.addArrayOfString(stored))
        .map(Groups::ids);
  }

  private static Uni<List<GroupView>> shown(
      Statements statements,
      Tenant tenant,
      @Nullable GroupStatus status,
      List<UUID> ids,
      Instant now,
      int most) {
    if (ids.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return statements
        .query(GroupShownSql.READ, parameters(tenant, ids, now, status, most))
        .map(
            rows -> {
              List<GroupView> views = new ArrayList<>(rows.size());
              rows.forEach(row -> views.add(GroupView.of(row)));
              return views;
            });
  }

  private static Tuple parameters(
      Tenant tenant, List<UUID> ids, Instant now, @Nullable GroupStatus status, int most) {
    return Tuple.of(
        ids.toArray(UUID[]::new),
        tenant.id(),
        Times.utc(now),
        status == null ? null : status.name(),
        most);
  }

  private static List<UUID> ids(RowSet<Row> rows) {
    List<UUID> ids = new ArrayList<>(rows.size());
    rows.forEach(row -> ids.add(row.getUUID("id")));
    return ids;
  }

  private static Uni<List<GroupView.Member>> members(
      Statements statements, Tenant tenant, UUID group, Instant now, UUID @Nullable [] only) {
    Tuple values =
        Tuple.tuple()
            .addUUID(group)
            .addString(tenant.id())
            .addOffsetDateTime(Times.utc(now))
            .addInteger(MOST_SHOWN)
            .addArrayOfUUID(only);
    return statements
        .query(GroupShownSql.MEMBERS, values)
        .map(
            rows -> {
              List<GroupView.Member> members = new ArrayList<>(rows.size());
              rows.forEach(row -> members.add(GroupView.Member.of(row)));
              return members;
            });
  }

  /** Locks a group that a path names. */
  static Uni<Standing> existing(Statements statements, Tenant tenant, String group) {
    return Fields.isUuid(group)
        ? GroupMembers.lock(statements, tenant, UUID.fromString(group))
            .onItem()
            .ifNull()
            .failWith(() -> Refusal.notFound(GROUP, group))
        : Uni.createFrom().failure(Refusal.notFound(GROUP, group));
  }

  /**
   * Makes runs in their places; what is wrong with any of them is gathered and then thrown. Dedupe
   * keys are claimed in their order, whatever the order of the runs, so that two who name the same
   * ones do not wait for each other in a circle.
   *
   * @param several whether a run is pointed at by its place in the list
   */
  private Uni<List<Runs.Placed>> place(
      Statements statements,
      Requester requester,
      UUID group,
      List<RunRequest> wanted,
      int firstPosition,
      boolean several) {
    FieldErrors errors = new FieldErrors();
    return Multi.createFrom()
        .iterable(byDedupeKey(wanted))
        .onItem()
        .transformToUni(
            i ->
                runs.place(
                        statements,
                        requester,
                        wanted.get(i).at(group, firstPosition + i),
                        ids.next(clock.instant()))
                    .map(placed -> new Made(i, placed))
                    .onFailure(InvalidInput.class)
                    .recoverWithUni(
                        invalid -> {
                          errors.addAll(several ? "/runs/" + i : "", (InvalidInput) invalid);
                          return Uni.createFrom().nullItem();
                        }))
        .merge(keepsOrder(wanted) ? ON_THE_WAY : 1)
        .collect()
        .asList()
        .invoke(made -> errors.throwIfAny())
        .map(Groups::asWanted)
        .call(placed -> GroupMembers.requireMembers(statements, requester.tenant(), group, placed));
  }

  /** A run, and which one of the request it is. */
  private record Made(int wanted, Runs.Placed placed) {}

  private static List<Runs.Placed> asWanted(List<Made> made) {
    return made.stream().sorted(Comparator.comparingInt(Made::wanted)).map(Made::placed).toList();
  }

  /** Places in the list; first those with a key. */
  private static List<Integer> byDedupeKey(List<RunRequest> wanted) {
    return IntStream.range(0, wanted.size())
        .boxed()
        .sorted(
            Comparator.comparing(
                i -> wanted.get(i).dedupeKey(), Comparator.nullsLast(Comparator.naturalOrder())))
        .toList();
  }

  /**
   * Whether runs that are begun one after the other claim their keys so: each looks up its job
   * first, and one without a job would overtake the others.
   */
  private static boolean keepsOrder(List<RunRequest> wanted) {
    return wanted.stream().noneMatch(run -> run.dedupeKey() != null && run.jobKey() == null);
  }

  private static List<UUID> fresh(List<Runs.Placed> placed) {
    return placed.stream().filter(of -> !of.news().before()).map(Runs.Placed::run).toList();
  }
}
