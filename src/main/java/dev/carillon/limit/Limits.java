package dev.carillon.limit;

import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives places to runs under limits, and lets the others wait, in one transaction: the limits are
 * locked, then places are counted and whoever may get one is read, then what {@link Sharing} says
 * is written. A run that comes newly goes behind those that wait, unless it is more urgent. Not
 * thread-safe: of one context.
 */
public final class Limits {

  /**
   * How long places are kept for a run that waited and that another worker is to claim: long enough
   * for it to hear of it, short enough for those behind it when no worker has a free slot.
   */
  private static final Duration KEPT = Duration.ofSeconds(2);

  /** Beyond those for whom there may be room: some are full elsewhere, some are locked. */
  private static final int SPARE = 8;

  /** Of each priority of a line, once all that was read of it left it or found others full. */
  private static final int MOST_READ = 200;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Pg pg;
  private final TenantLimits tenants;
  private final OldestsTurn turn = new OldestsTurn(new SplittableRandom());

  public Limits(Pg pg, TenantLimits tenants) {
    this.pg = pg;
    this.tenants = tenants;
  }

  /**
   * What is to be decided about.
   *
   * @param fresh runs that are due and under a limit, not held
   * @param freed limits of which places were given back, and how many at least
   * @param now the engine's time, UTC
   * @param until up to which due instant runs may be claimed, UTC
   */
  public record Asked(
      Collection<UUID> fresh, Map<LimitKey, Integer> freed, Instant now, Instant until) {}

  /** Claims for a worker, in the same transaction, some of those that have got places. */
  @FunctionalInterface
  public interface Claiming {

    /** For those who have no slots. */
    Claiming NONE = (statements, given) -> Uni.createFrom().item(Set.of());

    /**
     * @param given in order, the first first
     * @return which of them are claimed; may be asked anew when the transaction is repeated
     */
    Uni<Set<UUID>> claim(Statements statements, List<Candidate> given);
  }

  /**
   * What came of it.
   *
   * @param announced runs that have places kept for them and are not claimed; to be told as due
   * @param again limits whose lines were not read far enough to find who can use a free place
   */
  public record Shared(List<DueNotice> announced, Map<LimitKey, Integer> again) {}

  /** Fails, and {@link #isLocked} says so, when somebody keeps one of the limits locked. */
  public Uni<Shared> share(Asked asked, Claiming claiming) {
    return pg.inEngineTransaction(statements -> new Writing(statements, asked, claiming).share());
  }

  /** Whether nothing was decided because a limit was locked for longer than a decision takes. */
  public static boolean isLocked(Throwable failure) {
    return failure instanceof PgException error && LOCK_NOT_AVAILABLE.equals(error.getSqlState());
  }

  /**
   * Of these limits, those where somebody who waits could go on now, or waits for another limit by
   * now. Locks nothing.
   */
  public Uni<Map<LimitKey, Integer>> withRoom(List<LimitKey> keys, Instant now) {
    Statements single = pg::asEngine;
    Asked asked = new Asked(List.of(), ones(keys), now, now);
    Writing reading = new Writing(single, asked, Claiming.NONE);
    return reading
        .look(LimitSql.LOOK, keys, 2)
        .chain(
            candidates ->
                reading
                    .taken(keysOf(candidates, keys))
                    .map(taken -> roomy(Sharing.of(taken, candidates, turn), keys)));
  }

  private static Map<LimitKey, Integer> roomy(Sharing sharing, List<LimitKey> keys) {
    Set<LimitKey> roomy = new HashSet<>();
    sharing.given().forEach(given -> roomy.add(waitsFor(given)));
    sharing
        .refused()
        .forEach(
            (run, full) -> {
              if (!full.key().equals(run.heldKey())) {
                roomy.add(waitsFor(run));
              }
            });
    roomy.retainAll(new HashSet<>(keys));
    return roomy.stream().collect(Collectors.toMap(key -> key, key -> SPARE));
  }

  private static LimitKey waitsFor(Candidate run) {
    return new LimitKey(run.tenant(), String.valueOf(run.heldKey()));
  }

  private static Map<LimitKey, Integer> ones(Collection<LimitKey> keys) {
    Map<LimitKey, Integer> ones = new HashMap<>();
    keys.forEach(key -> ones.put(key, 1));
    return ones;
  }

  private static List<LimitKey> keysOf(
      Collection<Candidate> candidates, Collection<LimitKey> others) {
    Set<LimitKey> keys = new TreeSet<>(others);
    candidates.forEach(run -> run.limits().forEach(limit -> keys.add(limit.key())));
    return List.copyOf(keys);
  }

  private static String[] tenantsOf(Collection<LimitKey> keys) {
    return keys.stream().map(LimitKey::tenant).toArray(String[]::new);
  }

  private static String[] namesOf(Collection<LimitKey> keys) {
    return keys.stream().map(LimitKey::key).toArray(String[]::new);
  }

  /** The first two of those statements that take limits. */
  static Tuple parameters(Collection<LimitKey> keys) {
    return Tuple.tuple().addArrayOfString(tenantsOf(keys)).addArrayOfString(namesOf(keys));
  }

  static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  /** One transaction; made anew when it has to be repeated. */
  private final class Writing {

    private final Statements statements;
    private final Asked asked;
    private final Claiming claiming;
    private final int depth;
    private final UUID[] fresh;

    /** How many of each priority are read of each line, locked. */
    private int most;

    Writing(Statements statements, Asked asked, Claiming claiming) {
      this.statements = statements;
      this.asked = asked;
      this.claiming = claiming;
      this.fresh = asked.fresh().toArray(UUID[]::new);
      int room = asked.freed().values().stream().mapToInt(Integer::intValue).max().orElse(0);
      this.depth = Math.min(MOST_READ, room + fresh.length + SPARE);
    }

    /** The limits of whoever may come into question are locked; of others nothing is decided. */
    Uni<Shared> share() {
      return statements
          .query(LimitSql.BEGIN, Tuple.tuple())
          .chain(set -> look(LimitSql.LOOK, asked.freed().keySet(), depth))
          .chain(
              known ->
                  fresh.length == 0
                      ? Uni.createFrom().item(known)
                      : look(LimitSql.LOOK, keysOf(known, asked.freed().keySet()), SPARE))
          .chain(known -> decide(keysOf(known, asked.freed().keySet()), known));
    }

    private Uni<Shared> decide(List<LimitKey> keys, List<Candidate> known) {
      return lock(keys)
          .chain(locked -> taken(keys))
          .chain(
              taken -> {
                Map<LimitKey, Integer> room = room(known, taken);
                most = depth == MOST_READ ? depth : Math.min(depth, roomiest(room) + SPARE);
                return look(LimitSql.LOOK_LOCKED, room.keySet(), most)
                    .chain(read -> write(Sharing.of(taken, within(keys, read), turn), read));
              });
    }

    private static int roomiest(Map<LimitKey, Integer> room) {
      return room.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Uni<Void> lock(List<LimitKey> keys) {
      return keys.isEmpty()
          ? Uni.createFrom().voidItem()
          : statements.query(LimitSql.LOCK, parameters(keys)).replaceWithVoid();
    }

    /** Where there is any, with those whose limit is gone: only there the line is of interest. */
    private Map<LimitKey, Integer> room(List<Candidate> known, Map<LimitKey, Integer> taken) {
      Map<LimitKey, Integer> room = new HashMap<>();
      for (Candidate run : known) {
        for (Candidate.Limit limit : run.limits()) {
          int left = limit.most() - taken.getOrDefault(limit.key(), 0);
          if (left > 0) {
            room.merge(limit.key(), left, Math::max);
          }
        }
        boolean isBound =
            run.limits().stream().anyMatch(limit -> limit.key().key().equals(run.heldKey()));
        if (run.waits() && !isBound) {
          room.merge(waitsFor(run), depth, Math::max);
        }
      }
      return room;
    }

    private static List<Candidate> within(List<LimitKey> keys, List<Candidate> candidates) {
      Set<LimitKey> locked = Set.copyOf(keys);
      return candidates.stream()
          .filter(run -> run.limits().stream().allMatch(limit -> locked.contains(limit.key())))
          .toList();
    }

    Uni<List<Candidate>> look(String statement, Collection<LimitKey> lines, int most) {
      return statements
          .query(
              statement,
              Tuple.tuple()
                  .addArrayOfUUID(fresh)
                  .addOffsetDateTime(utc(asked.until()))
                  .addOffsetDateTime(utc(asked.now()))
                  .addArrayOfString(tenantsOf(lines))
                  .addArrayOfString(namesOf(lines))
                  .addInteger(most))
          .map(this::candidates);
    }

    /** A run that was let go between two reads may be in both parts. */
    private List<Candidate> candidates(RowSet<Row> rows) {
      Map<UUID, Candidate> candidates = new LinkedHashMap<>();
      rows.forEach(row -> candidates.putIfAbsent(row.getUUID("id"), candidate(row)));
      return List.copyOf(candidates.values());
    }

    private Candidate candidate(Row row) {
      String tenant = row.getString("tenant_id");
      List<Candidate.Limit> limits = new ArrayList<>();
      Integer jobMost = row.getInteger("job_most");
      if (jobMost != null) {
        limits.add(new Candidate.Limit(LimitKey.ofJob(tenant, row.getUUID("job_id")), jobMost));
      }
      String value = row.getString("value");
      if (value != null) {
        limits.add(
            new Candidate.Limit(LimitKey.ofValue(tenant, value), row.getInteger("value_most")));
      }
      Integer tenantMost = tenants.of(tenant);
      if (tenantMost != null) {
        limits.add(new Candidate.Limit(LimitKey.ofTenant(tenant), tenantMost));
      }
      return new Candidate(
          row.getUUID("id"),
          tenant,
          row.getString("queue"),
          row.getInteger("priority"),
          row.getOffsetDateTime("due").toInstant(),
          row.getString("held_key"),
          row.getInteger("attempt"),
          row.getBoolean("kept"),
          limits);
    }

    Uni<Map<LimitKey, Integer>> taken(List<LimitKey> keys) {
      return statements
          .query(
              LimitSql.TAKEN,
              parameters(keys).addOffsetDateTime(utc(asked.now())).addArrayOfUUID(fresh))
          .map(
              rows -> {
                Map<LimitKey, Integer> taken = new HashMap<>();
                for (Row row : rows) {
                  taken.put(
                      new LimitKey(row.getString("tenant_id"), row.getString("key")),
                      row.getInteger("taken"));
                }
                return taken;
              });
    }

    private Uni<Shared> write(Sharing sharing, List<Candidate> read) {
      return release(sharing)
          .chain(released -> claim(sharing))
          .chain(claimed -> place(sharing, claimed).replaceWith(claimed))
          .call(claimed -> hold(sharing))
          .map(claimed -> new Shared(announced(sharing, claimed), again(sharing, read)));
    }

    private Uni<Void> release(Sharing sharing) {
      UUID[] waited =
          sharing.given().stream()
              .filter(Candidate::waits)
              .map(Candidate::run)
              .toArray(UUID[]::new);
      return waited.length == 0
          ? Uni.createFrom().voidItem()
          : statements
              .query(LimitSql.RELEASE, Tuple.tuple().addArrayOfUUID(waited))
              .replaceWithVoid();
    }

    private Uni<Set<UUID>> claim(Sharing sharing) {
      return sharing.given().isEmpty()
          ? Uni.createFrom().item(Set.of())
          : claiming.claim(statements, sharing.given());
    }

    private Uni<Void> place(Sharing sharing, Set<UUID> claimed) {
      List<LimitKey> keys = new ArrayList<>();
      List<UUID> runs = new ArrayList<>();
      List<Integer> attempts = new ArrayList<>();
      List<@Nullable OffsetDateTime> until = new ArrayList<>();
      for (Candidate run : sharing.given()) {
        for (Candidate.Limit limit : run.limits()) {
          keys.add(limit.key());
          runs.add(run.run());
          attempts.add(run.attempt() + 1);
          until.add(claimed.contains(run.run()) ? null : utc(asked.now().plus(KEPT)));
        }
      }
      return keys.isEmpty()
          ? Uni.createFrom().voidItem()
          : statements
              .query(
                  LimitSql.PLACE,
                  Tuple.tuple()
                      .addArrayOfString(tenantsOf(keys))
                      .addArrayOfString(namesOf(keys))
                      .addArrayOfUUID(runs.toArray(UUID[]::new))
                      .addArrayOfInteger(attempts.toArray(Integer[]::new))
                      .addArrayOfOffsetDateTime(until.toArray(OffsetDateTime[]::new)))
              .replaceWithVoid();
    }

    private Uni<Void> hold(Sharing sharing) {
      Map<UUID, LimitKey> held = new LinkedHashMap<>();
      sharing
          .refused()
          .forEach(
              (run, full) -> {
                if (!full.key().equals(run.heldKey())) {
                  held.put(run.run(), full);
                }
              });
      return held.isEmpty()
          ? Uni.createFrom().voidItem()
          : statements
              .query(
                  LimitSql.HOLD,
                  Tuple.tuple()
                      .addArrayOfUUID(held.keySet().toArray(UUID[]::new))
                      .addArrayOfString(
                          held.values().stream().map(LimitKey::heldBy).toArray(String[]::new))
                      .addArrayOfString(namesOf(held.values())))
              .replaceWithVoid();
    }

    private List<DueNotice> announced(Sharing sharing, Set<UUID> claimed) {
      return sharing.given().stream()
          .filter(run -> !claimed.contains(run.run()))
          .map(
              run -> new DueNotice(run.run(), run.due(), run.priority(), run.tenant(), run.queue()))
          .toList();
    }

    /**
     * Whoever was first in a line and found another limit full left it, as whoever was let go did;
     * if nobody found this one full and that was all that was read of it, those behind were not
     * asked.
     */
    private Map<LimitKey, Integer> again(Sharing sharing, List<Candidate> read) {
      Map<LimitKey, int[]> counts = new HashMap<>();
      read.stream()
          .filter(Candidate::waits)
          .forEach(
              run -> counts.computeIfAbsent(waitsFor(run), key -> new int[5])[run.priority()]++);
      Map<LimitKey, Integer> again = new HashMap<>();
      counts.forEach(
          (line, count) -> {
            if (Arrays.stream(count).anyMatch(of -> of >= most)) {
              again.put(line, MOST_READ);
            }
          });
      sharing.refused().values().forEach(again::remove);
      return again;
    }
  }
}
