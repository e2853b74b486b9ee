package dev.carillon.maintenance;

import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.CalendarInclusions;
import dev.carillon.catalog.CalendarView;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.maintenance.CalendarDirectory.Content;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.run.RunIds;
import dev.carillon.time.calendar.BusinessDays;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calendars of a mounted directory the shared ones, behind the lease {@code
 * calendar-files}. It looks every few seconds at what the files hold.
 *
 * <pre>
 * a file          │ the calendar of its name
 * good, changed   │ is set; the schedules that it concerns are worked out anew
 * good, as before │ stays
 * broken          │ stays as it was, for the last good version is in the database; else there is none
 * gone            │ goes, unless somebody uses it, or another file is broken and could be its own
 * </pre>
 *
 * <p>What is wrong is logged once and told until it is mended. It never stops anything else.
 */
public final class CalendarFiles {

  private static final Logger LOG = Logger.getLogger(CalendarFiles.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration NOT_LEADING = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final CalendarDirectory directory;
  private final Duration every;
  private final Lease lease;
  private final Loop loop;
  private final RandomGenerator random = new SecureRandom();

  /** By file, or by calendar where its file is gone: what is wrong. Replaced, never changed. */
  private volatile SortedMap<String, String> problems = new TreeMap<>();

  private volatile int shared = -1;

  /** What was last brought into force entirely, by whom; null: something is still to be done. */
  private @Nullable String inForce;

  private long ledEpoch = -1;

  public CalendarFiles(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      Duration leaderLease,
      Path directory) {
    this(vertx, pg, notices, clock, leaderLease, directory, EVERY);
  }

  /**
   * @param every how long to rest between two looks at the files
   */
  CalendarFiles(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      Duration leaderLease,
      Path directory,
      Duration every) {
    Context context = vertx.getOrCreateContext();
    this.vertx = vertx;
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.directory = new CalendarDirectory(directory);
    this.every = every;
    this.loop = new Loop("follow the calendar files", vertx, context, this::step);
    this.lease = new Lease("calendar-files", pg, vertx, context, leaderLease, loop::wake);
  }

  public void start() {
    lease.start();
    loop.start();
  }

  public CompletionStage<Void> stop() {
    return loop.stop().thenCompose(done -> lease.release());
  }

  /** For health: how many calendars the files hold, and what is wrong with which. */
  public Map<String, String> tell() {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("directory", directory.path().toString());
    if (lease.held() == null) {
      told.put("files", "another process reads them, or none yet");
      return told;
    }
    told.put("files", shared < 0 ? "not read yet" : shared + " in force");
    told.putAll(problems);
    return told;
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    if (held == null) {
      return Uni.createFrom().item(NOT_LEADING);
    }
    if (held.epoch() != ledEpoch) {
      ledEpoch = held.epoch();
      inForce = null;
    }
    return Uni.createFrom()
        .completionStage(() -> vertx.executeBlocking(directory::read, false).toCompletionStage())
        .onFailure(IOException.class)
        .recoverWithItem(this::unreadable)
        .flatMap(content -> content == null ? nothing() : follow(held, content))
        .replaceWith(every);
  }

  private @Nullable Content unreadable(Throwable failure) {
    say(
        new TreeMap<>(
            Map.of(
                "directory " + directory.path(),
                "cannot be read (" + failure.getClass().getSimpleName() + ")")));
    inForce = null;
    return null;
  }

  private Uni<Void> follow(Lease.Held held, Content content) {
    if (content.fingerprint().equals(inForce)) {
      return nothing();
    }
    Pass pass = new Pass(held, content);
    return current()
        .flatMap(pass::setAll)
        .flatMap(set -> pass.removeAll())
        .invoke(
            done -> {
              say(pass.problems);
              shared = pass.shared();
              inForce = pass.isComplete() ? content.fingerprint() : null;
              if (pass.changed) {
                notices.send(Notices.Channel.CLOCK, "");
              }
            });
  }

  private Uni<RowSet<Row>> current() {
    return pg.asEngine(CalendarFilesSql.CURRENT, Tuple.tuple());
  }

  /** Once for each change of what is wrong. */
  private void say(SortedMap<String, String> now) {
    SortedMap<String, String> before = problems;
    now.forEach(
        (place, problem) -> {
          if (!problem.equals(before.get(place))) {
            LOG.warnf("calendar files: %s %s", place, problem);
          }
        });
    before.keySet().stream()
        .filter(place -> !now.containsKey(place))
        .forEach(place -> LOG.infof("calendar files: %s is in order again", place));
    problems = now;
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  /** Bringing one content of the directory into force. */
  private final class Pass {

    private final Lease.Held held;
    private final Content content;
    private final SortedMap<String, String> problems = new TreeMap<>();
    private final Map<String, CalendarDeclaration> waiting = new TreeMap<>();
    private Map<String, CalendarDefinition> inForce = new HashMap<>();
    private boolean changed;
    private boolean kept;

    Pass(Lease.Held held, Content content) {
      this.held = held;
      this.content = content;
      this.waiting.putAll(content.calendars());
    }

    Uni<Void> setAll(RowSet<Row> rows) {
      return Uni.createFrom()
          .completionStage(
              () -> vertx.executeBlocking(() -> fitting(rows), false).toCompletionStage())
          .flatMap(
              fitting ->
                  Multi.createFrom()
                      .iterable(fitting)
                      .onItem()
                      .transformToUniAndConcatenate(this::set)
                      .collect()
                      .last())
          .replaceWithVoid();
    }

    /**
     * Those that are to be set, in an order in which they can be: files may include each other, in
     * any order, and as long as one fits in, others may after it. Reads the data of countries.
     */
    private List<CalendarDeclaration> fitting(RowSet<Row> rows) {
      inForce = definitions(rows);
      content
          .broken()
          .forEach((file, problem) -> problems.put(file, withConsequence(file, problem)));
      waiting.values().removeIf(one -> one.definition().equals(inForce.get(one.name())));
      Map<String, CalendarDefinition> agreed = new HashMap<>(inForce);
      List<CalendarDeclaration> fitting = new ArrayList<>();
      SortedMap<String, String> unfit = new TreeMap<>();
      int before = -1;
      while (before != fitting.size()) {
        before = fitting.size();
        unfit.clear();
        Iterator<Map.Entry<String, CalendarDeclaration>> left = waiting.entrySet().iterator();
        while (left.hasNext()) {
          Map.Entry<String, CalendarDeclaration> file = left.next();
          CalendarDeclaration declared = file.getValue();
          String problem = problem(declared, agreed);
          if (problem == null) {
            agreed.put(declared.name(), declared.definition());
            fitting.add(declared);
            left.remove();
          } else {
            unfit.put(file.getKey(), problem);
          }
        }
      }
      unfit.forEach(
          (file, problem) ->
              problems.put(file, problem + heldBack(file) + consequence(waiting.get(file).name())));
      inForce = agreed;
      return fitting;
    }

    /** What it includes may have a file, and that may be waiting as well, perhaps for this one. */
    private String heldBack(String file) {
      List<String> include = waiting.get(file).definition().include();
      String others =
          waiting.entrySet().stream()
              .filter(other -> include.contains(other.getValue().name()))
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(", "));
      return others.isEmpty() ? "" : " (" + others + " is not in order, or includes this one)";
    }

    private @Nullable String problem(
        CalendarDeclaration declared, Map<String, CalendarDefinition> agreed) {
      try {
        new CalendarInclusions(agreed).requireFit(declared);
        Map<String, CalendarDefinition> with = new HashMap<>(agreed);
        with.put(declared.name(), declared.definition());
        BusinessDays days = Calendars.shared(with, declared.name());
        if (days != null) {
          CalendarInclusions.requireBusinessDay(
              days, clock.instant().atZone(ZoneOffset.UTC).toLocalDate());
        }
        return null;
      } catch (InvalidInput unfit) {
        return CalendarDirectory.said(unfit);
      }
    }

    private Uni<Void> set(CalendarDeclaration declared) {
      Instant now = clock.instant();
      OffsetDateTime utc = now.atOffset(ZoneOffset.UTC);
      return pg.asEngine(
              CalendarFilesSql.SHARE,
              Tuple.of(held.name(), held.holder(), held.epoch(), declared.name())
                  .addJsonObject(declared.definition().json())
                  .addUUID(RunIds.random(now, random))
                  .addOffsetDateTime(utc)
                  .addJsonObject(CalendarView.shared(declared, now).eventData(false)))
          .invoke(
              rows -> {
                if (rows.size() > 0) {
                  changed = true;
                  Row row = rows.iterator().next();
                  LOG.infof(
                      "calendar=%s is now as its file says, version %d; schedules concerned: %d",
                      declared.name(), row.getInteger("version"), row.getLong("concerned"));
                }
              })
          .replaceWithVoid();
    }

    Uni<Void> removeAll() {
      Set<String> named = named();
      Uni<Void> removed = nothing();
      for (String name : inForce.keySet()) {
        if (!named.contains(name)) {
          // A broken file does not say which calendar is its own.
          removed = content.broken().isEmpty() ? removed.flatMap(done -> remove(name)) : removed;
        }
      }
      return removed;
    }

    private Uni<Void> remove(String name) {
      return pg.asEngine(
              CalendarFilesSql.UNSHARE, Tuple.of(held.name(), held.holder(), held.epoch(), name))
          .invoke(
              rows -> {
                if (rows.size() > 0) {
                  LOG.infof("calendar=%s is gone, as is its file", name);
                } else {
                  kept = true;
                  problems.put(
                      name,
                      "has no file any more, but schedules or other calendars use it; it stays in"
                          + " force until they do not");
                }
              })
          .replaceWithVoid();
    }

    /** What is kept for others' sake is looked at again, though no file changes. */
    boolean isComplete() {
      return !kept && waiting.isEmpty();
    }

    int shared() {
      return content.calendars().size() - waiting.size();
    }

    /** It may have had another name than the file's, which cannot be read any more. */
    private String withConsequence(String file, String problem) {
      String name = file.substring(0, file.lastIndexOf('.'));
      boolean others = inForce.size() > named().size();
      return problem
          + (others && !inForce.containsKey(name)
              ? "; the calendar that it had, if any, stays in force"
              : consequence(name));
    }

    private Set<String> named() {
      return content.calendars().values().stream()
          .map(CalendarDeclaration::name)
          .collect(Collectors.toSet());
    }

    private String consequence(String name) {
      return inForce.containsKey(name)
          ? "; the last good version stays in force"
          : "; there is no such calendar until it is mended";
    }

    private static Map<String, CalendarDefinition> definitions(RowSet<Row> rows) {
      Map<String, CalendarDefinition> definitions = new HashMap<>();
      rows.forEach(
          row ->
              definitions.put(
                  row.getString("name"), CalendarDefinition.stored(row.getString("definition"))));
      return definitions;
    }
  }
}
