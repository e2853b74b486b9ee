package dev.carillon.maintenance;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in a directory, one process that reads them, and the rows that come of it. */
class CalendarFilesTest {

  private static final String WEEKEND = "weekend: [SATURDAY, SUNDAY]\n";

  @TempDir Path directory;

  private EngineFixture engine;
  private CalendarFiles files;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
  }

  @AfterEach
  void close() throws Exception {
    if (files != null) {
      stop();
    }
    engine.close();
  }

  @Test
  void aFileIsACalendarOfAllTenants() throws IOException {
    write(
        "acme.yaml",
        WEEKEND
            + """
            builtin: DE-BY
            validFrom: 2026-01-01
            holidays:
              - 2026-12-24
              - {date: 2026-12-31, name: Sylvester}
              - rule: EASTER-2
            """);
    write("other.yml", "name: named\ninclude: [acme, US]\n");
    write("notes.txt", "no calendar");
    Files.createDirectory(directory.resolve("folder.yaml"));

    start();

    awaitTold("files", "2 in force");
    assertEquals(List.of("acme", "named"), shared());
    assertEquals(
        "{\"include\": [\"acme\", \"US\"]}",
        definition("named"),
        "whatever the order of the files");
    assertTrue(definition("acme").contains("\"validFrom\": \"2026-01-01\""), definition("acme"));
  }

  @Test
  void aFileThatBreaksKeepsTheLastGoodVersionAlsoOverARestart() throws Exception {
    write("acme.yaml", WEEKEND);
    start();
    awaitTold("files", "1 in force");
    String good = definition("acme");

    write("acme.yaml", "weekend: [CATURDAY]\n");
    awaitTold("acme.yaml", "CATURDAY is no day of the week");
    assertTrue(files.tell().get("acme.yaml").contains("the last good version stays in force"));
    write("acme.yaml", "weekend: [");
    awaitTold("acme.yaml", "is not YAML");
    assertEquals(good, definition("acme"));

    stop();
    start();
    awaitTold("acme.yaml", "the last good version stays in force");
    assertEquals(good, definition("acme"));

    write("acme.yaml", "weekend: [FRIDAY]\n");
    await().until(() -> definition("acme").contains("FRIDAY"));
    await().until(() -> !files.tell().containsKey("acme.yaml"));
    assertEquals(2, engine.pg.rows("select version from calendars").get(0).getInteger(0));
  }

  @Test
  void whatWasNeverRightIsNoCalendarAndStopsNoOther() throws IOException {
    write("broken.yaml", "weekend: nothing\n");
    write("circle-a.yaml", "include: [circle-b]\n");
    write("circle-b.yaml", "include: [circle-a]\n");
    write("good.yaml", WEEKEND);
    write("same.yaml", "name: good\n");
    write("two.yaml", "weekend: []\n---\nweekend: []\n");
    write("twice.yaml", "weekend: []\nweekend: [SUNDAY]\n");
    write("Not a name.yaml", WEEKEND);

    start();

    awaitTold("broken.yaml", "there is no such calendar until it is mended");
    assertTrue(files.tell().get("same.yaml").contains("as has good.yaml"));
    assertTrue(files.tell().get("two.yaml").contains("more than one document"));
    assertTrue(
        files
            .tell()
            .get("circle-a.yaml")
            .contains("(circle-b.yaml is not in order, or includes this one)"));
    assertTrue(files.tell().containsKey("twice.yaml"), files.tell().toString());
    assertTrue(files.tell().get("Not a name.yaml").contains("cannot be a calendar's name"));
    assertEquals(List.of("good"), shared());
  }

  @Test
  void aFileThatLeavesNoBusinessDayOrIsTooMuchOrHasAnAliasIsBroken() throws IOException {
    write("all.yaml", "weekend: [FRIDAY, SATURDAY, SUNDAY]\ninclude: [early]\n");
    write("early.yaml", "weekend: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY]\n");
    write("alias.yaml", "include: [&DE-BY DE, *DE-BY]\n");
    write("quoted.yaml", "include: [&x DE]\n");
    write("half.yaml", "holidays:\n" + rules(2_600));
    write("other-half.yaml", "include: [half]\nholidays:\n" + rules(2_500));

    start();

    awaitTold("files", "3 in force");
    assertTrue(files.tell().get("all.yaml").contains("no business day"), files.tell().toString());
    assertTrue(files.tell().get("alias.yaml").contains("line 1 has the alias *DE-BY"));
    assertTrue(files.tell().get("other-half.yaml").contains("5100 rules, and 5000 is the most"));
    assertEquals(List.of("early", "half", "quoted"), shared());
  }

  private static String rules(int count) {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rules.append("  - {rule: EASTER UNTIL ").append(2000 + i).append("}\n");
    }
    return rules.toString();
  }

  @Test
  void theFileOfTheGuideIsOne() throws IOException {
    String guide = Files.readString(Path.of("docs", "calendars.md"));
    String yaml = guide.substring(guide.indexOf("```yaml\n") + 8);
    write("acme-holidays.yaml", yaml.substring(0, yaml.indexOf("```")));

    start();

    awaitTold("files", "1 in force");
    assertTrue(definition("acme-holidays").contains("Christmas Eve"));
  }

  @Test
  void aFileThatIsGoneTakesItsCalendarAlongUnlessItIsUsed() throws IOException {
    write("used.yaml", WEEKEND);
    write("unused.yaml", WEEKEND);
    UUID schedule = schedule("t1", "used");
    start();
    awaitTold("files", "2 in force");

    Files.delete(directory.resolve("used.yaml"));
    Files.delete(directory.resolve("unused.yaml"));

    awaitTold("used", "use it");
    assertEquals(List.of("used"), shared());

    engine.execute("update schedules set calendar = null where id = ?", schedule);
    await().until(() -> shared().isEmpty());
    await().until(() -> !files.tell().containsKey("used"));
  }

  @Test
  void noneGoesWhileAnotherFileIsBrokenAndCouldBeItsOwn() throws IOException {
    write("a.yaml", "name: one\n");
    write("b.yaml", WEEKEND);
    start();
    awaitTold("files", "2 in force");

    write("a.yaml", "name: [");
    awaitTold("a.yaml", "the calendar that it had, if any, stays in force");

    assertEquals(List.of("b", "one"), shared());
  }

  @Test
  void aChangeMarksTheSchedulesOfAllTenantsThatItConcernsAndTellsThem() throws IOException {
    write("base.yaml", WEEKEND);
    UUID direct = schedule("t1", "base");
    UUID through = schedule("t2", "mine");
    UUID other = schedule("t3", "DE");
    calendar("t2", "mine", "{\"include\":[\"base\"]}");
    start();
    awaitTold("files", "1 in force");
    engine.execute("update clock set rules = '2025b', revision = 1, next_fire_at = '2999-01-01'");
    engine.execute("update clock set next_fire_at = null where schedule_id = ?", through);
    engine.execute(
        "update schedules set status = 'PARKED', status_reason = 'x' where id = ?", through);
    engine.execute("delete from outbox");

    write("base.yaml", WEEKEND + "holidays: [2026-12-24]\n");
    await().until(() -> definition("base").contains("2026-12-24"));

    assertEquals("2 null 2999-01-01T00:00Z", clock(direct));
    assertTrue(clock(through).startsWith("2 null 20"), clock(through));
    assertTrue(!clock(through).contains("2999"), clock(through));
    assertEquals("1 2025b 2999-01-01T00:00Z", clock(other));
    assertEquals(
        "ACTIVE",
        engine.pg.rows("select status from schedules where id = $1", through).get(0).getString(0));
    List<Row> told =
        engine.pg.rows(
            "select tenant_id, payload->>'type', payload->>'subject', payload->'data'->>'version',"
                + " payload->>'sequence' from outbox order by 3, 1");
    assertEquals(
        List.of(
            "t2 scheduler.schedule.enabled schedules/" + through + " 2",
            "t1 scheduler.calendar.updated shared-calendars/base 2",
            "t2 scheduler.calendar.updated shared-calendars/base 2"),
        told.stream()
            .map(
                row ->
                    String.join(
                        " ",
                        row.getString(0),
                        row.getString(1),
                        row.getString(2),
                        row.getString(3)))
            .toList());
    assertEquals("23", told.get(0).getString(4));
    assertEquals(2, version(through));
    assertEquals(1, version(direct));
  }

  @Test
  void aFileThatComesBackGoesOnCounting() throws IOException {
    write("base.yaml", WEEKEND);
    schedule("t1", "base");
    start();
    awaitTold("files", "1 in force");
    write("base.yaml", "weekend: [SUNDAY]\n");
    await().until(() -> sequences().size() == 2);
    engine.execute("update schedules set calendar = null");
    Files.delete(directory.resolve("base.yaml"));
    await().until(() -> shared().isEmpty());
    engine.execute("update schedules set calendar = 'base'");

    write("base.yaml", WEEKEND);

    await().until(() -> sequences().size() == 3);
    assertEquals(sequences().stream().sorted().toList(), sequences());
  }

  /** By when they were told. */
  private List<Long> sequences() {
    return engine.pg.rows("select (payload->>'sequence')::bigint from outbox order by id").stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  @Test
  void whatTheCalendarBroughtToAnEndBeginsAgainAndNothingElse() throws IOException {
    write("base.yaml", WEEKEND);
    UUID ended = schedule("t1", "base");
    UUID usedUp = schedule("t1", "base");
    UUID behind = schedule("t1", "base");
    UUID fired = schedule("t1", "base");
    UUID delayed = schedule("t1", "base");
    UUID ending = schedule("t1", "base");
    start();
    awaitTold("files", "1 in force");
    engine.execute("update schedules set status = 'EXHAUSTED' where id <> ?", ending);
    engine.execute("update clock set runs_left = 0 where schedule_id = ?", usedUp);
    engine.execute("update schedules set end_at = '2020-01-01' where id = ?", behind);
    engine.execute("update schedules set trigger = '{\"type\":\"ONE_SHOT\"}' where id = ?", fired);
    engine.execute("update clock set last_fire_at = '2020-01-01' where schedule_id = ?", fired);
    engine.execute("update clock set delay_ms = 1000 where schedule_id = ?", delayed);
    engine.execute("update clock set ends_at = '2020-01-01' where schedule_id = ?", ending);
    engine.execute("delete from outbox");

    write("base.yaml", WEEKEND + "holidays: [2026-12-24]\n");
    await().until(() -> definition("base").contains("2026-12-24"));

    for (UUID again : List.of(ended, ending)) {
      assertEquals("ACTIVE", status(again));
      Row clock =
          engine
              .pg
              .rows(
                  "select next_fire_at, timed_at, ends_at, rules from clock where schedule_id = $1",
                  again)
              .get(0);
      assertEquals(clock.getOffsetDateTime(0), clock.getOffsetDateTime(1));
      assertTrue(clock.getOffsetDateTime(0) != null);
      assertTrue(clock.getOffsetDateTime(2) == null && clock.getString(3) == null);
    }
    for (UUID over : List.of(usedUp, behind, fired, delayed)) {
      assertEquals("EXHAUSTED", status(over));
      assertTrue(clock(over).endsWith("null null"), clock(over));
    }
    assertEquals(
        List.of("schedules/" + ended),
        engine
            .pg
            .rows(
                "select payload->>'subject' from outbox where payload->>'type' = 'scheduler.schedule.enabled'")
            .stream()
            .map(row -> row.getString(0))
            .toList());
  }

  private int version(UUID schedule) {
    return engine
        .pg
        .rows("select version from schedules where id = $1", schedule)
        .get(0)
        .getInteger(0);
  }

  private String status(UUID schedule) {
    return engine
        .pg
        .rows("select status from schedules where id = $1", schedule)
        .get(0)
        .getString(0);
  }

  @Test
  void followsLinksThatAreSwappedAsAKubeletDoes() throws IOException {
    Path mounted = directory.resolve("mounted");
    Path first = Files.createDirectories(mounted.resolve("..2026_1"));
    Path second = Files.createDirectories(mounted.resolve("..2026_2"));
    Files.writeString(first.resolve("acme.yaml"), WEEKEND);
    Files.writeString(second.resolve("acme.yaml"), "weekend: [FRIDAY]\n");
    Files.createSymbolicLink(mounted.resolve("..data"), first.getFileName());
    Files.createSymbolicLink(mounted.resolve("acme.yaml"), Path.of("..data", "acme.yaml"));
    start(mounted);
    awaitTold("files", "1 in force");

    Files.createSymbolicLink(mounted.resolve("..new"), second.getFileName());
    Files.move(
        mounted.resolve("..new"),
        mounted.resolve("..data"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);

    await().until(() -> definition("acme").contains("FRIDAY"));
  }

  @Test
  void aDirectoryThatIsAwayChangesNothing() throws IOException {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    Files.writeString(mounted.resolve("acme.yaml"), WEEKEND);
    start(mounted);
    awaitTold("files", "1 in force");

    Files.delete(mounted.resolve("acme.yaml"));
    Files.move(mounted, directory.resolve("elsewhere"));
    awaitTold("directory " + mounted, "cannot be read");

    assertEquals(List.of("acme"), shared());
  }

  private void start() {
    start(directory);
  }

  private void start(Path mounted) {
    files =
        new CalendarFiles(
            engine.vertx,
            engine.pg,
            engine.notices,
            EngineFixture.REAL,
            Duration.ofSeconds(2),
            mounted,
            Duration.ofMillis(50));
    files.start();
  }

  private void stop() throws Exception {
    files.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(directory.resolve(file), yaml);
  }

  private void awaitTold(String what, String part) {
    await().until(() -> files.tell().getOrDefault(what, "").contains(part));
  }

  private List<String> shared() {
    return engine.pg.rows("select name from calendars where tenant_id = '*' order by name").stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private String definition(String name) {
    return engine
        .pg
        .rows("select definition::text from calendars where tenant_id = '*' and name = $1", name)
        .get(0)
        .getString(0);
  }

  private UUID schedule(String tenant, String calendar) {
    UUID id = UUID.randomUUID();
    engine.execute(
        "insert into schedules (id, tenant_id, key, trigger, target, calendar, created_at, updated_at)"
            + " values (?, ?, ?, '{}', '{}', ?, now(), now())",
        id,
        tenant,
        id.toString(),
        calendar);
    engine.execute(
        "insert into clock (schedule_id, tenant_id, enabled) values (?, ?, true)", id, tenant);
    return id;
  }

  private void calendar(String tenant, String name, String definition) {
    engine.execute(
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " values (gen_random_uuid(), ?, ?, ?::jsonb, now(), now())",
        tenant,
        name,
        definition);
  }

  private String clock(UUID schedule) {
    Row row =
        engine
            .pg
            .rows(
                "select revision, rules, next_fire_at from clock where schedule_id = $1", schedule)
            .get(0);
    return row.getLong(0) + " " + row.getString(1) + " " + row.getOffsetDateTime(2);
  }
}
