package dev.carillon.rest;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.testing.PostgresResource;
import dev.carillon.time.calendar.HolidayRule;
import dev.carillon.time.cron.CronDialect;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class CalendarResourceTest {

  private static final String FILE =
      """
      BEGIN:VCALENDAR
      VERSION:2.0
      PRODID:-//Acme//Holidays//EN
      BEGIN:VEVENT
      UID:1
      DTSTART;VALUE=DATE:20261224
      DTEND;VALUE=DATE:20261227
      SUMMARY:Christmas
      END:VEVENT
      BEGIN:VEVENT
      UID:2
      DTSTART:20260105T090000Z
      SUMMARY:A meeting
      END:VEVENT
      END:VCALENDAR
      """;

  @Inject Rows rows;
  @Inject EventFeed feed;

  private final Api api = Api.ofNewTenant();

  @Test
  void declaresShowsEditsAndDeletes() {
    Told told = Told.of(api, feed);
    created(
            """
        {'name':'acme','weekend':['SATURDAY','SUNDAY'],'builtin':'DE-BY','include':['US'],
         'holidays':['2026-12-24',{'date':'2026-12-31','name':'Sylvester'},{'rule':'EASTER-2','name':'Good Friday'}],
         'validFrom':'2026-01-01','validTo':'2026-12-31'}
        """)
        .then()
        .header("Location", containsString("/calendars/acme"))
        .header("ETag", "\"1\"")
        .body("origin", equalTo("OWN"))
        .body("version", equalTo(1));

    api.get("/calendars/acme")
        .then()
        .statusCode(200)
        .header("ETag", "\"1\"")
        .body("weekend", equalTo(List.of("SATURDAY", "SUNDAY")))
        .body("builtin", equalTo("DE-BY"))
        .body("include", equalTo(List.of("US")))
        .body("holidays[0]", equalTo("2026-12-24"))
        .body("holidays[1].name", equalTo("Sylvester"))
        .body("holidays[2].rule", equalTo("EASTER-2"))
        .body("validTo", equalTo("2026-12-31"));

    for (String seen : List.of("\"1\"", "*")) {
      api.request()
          .header("If-Match", seen)
          .contentType("application/json")
          .body("{}")
          .put("/calendars/none")
          .then()
          .statusCode(412);
    }
    api.get("/calendars/none").then().statusCode(404);
    api.request()
        .header("If-Match", "\"7\"")
        .contentType("application/merge-patch+json")
        .body("{\"validTo\":null}")
        .patch("/calendars/acme")
        .then()
        .statusCode(412);
    api.patch("/calendars/acme", "{'validTo':null,'holidays':['2026-12-24']}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("validTo", nullValue())
        .body("holidays", equalTo(List.of("2026-12-24")))
        .body("builtin", equalTo("DE-BY"));
    api.patch("/calendars/acme", "{'holidays':['2026-12-24']}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"");
    api.delete("/calendars/acme").then().statusCode(204);
    api.get("/calendars/acme").then().statusCode(404);

    List<EventMessage> events = told.messages("scheduler.calendar.", 3);
    List<Long> sequences = events.stream().map(EventMessage::sequence).toList();
    assertEquals(sequences.stream().sorted().distinct().toList(), sequences);
    assertTrue(events.stream().allMatch(e -> e.type().equals("scheduler.calendar.updated")));
    assertTrue(events.stream().allMatch(e -> e.subject().equals("calendars/acme")));
    assertEquals(true, events.get(2).data().getBoolean("deleted"));
    assertEquals(List.of("2026-12-24"), events.get(1).data().getJsonArray("holidays").getList());
  }

  @Test
  void theEventsOfANameGoOnRisingWhenItIsDeletedAndCreatedAgain() {
    Told told = Told.of(api, feed);
    created("{'name':'acme'}");
    api.patch("/calendars/acme", "{'weekend':['SUNDAY']}").then().statusCode(200);
    api.delete("/calendars/acme").then().statusCode(204);
    created("{'name':'acme'}");
    api.delete("/calendars/acme").then().statusCode(204);

    List<Long> sequences =
        told.messages("scheduler.calendar.", 5).stream().map(EventMessage::sequence).toList();
    assertEquals(sequences.stream().sorted().distinct().toList(), sequences);
  }

  @Test
  void putCreatesReplacesAndLeavesAlone() {
    put("w", "{'weekend':['FRIDAY']}").then().statusCode(201).header("ETag", "\"1\"");
    put("w", "{'name':'w','weekend':['FRIDAY']}").then().statusCode(200).header("ETag", "\"1\"");
    put("w", "{'weekend':['SUNDAY']}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("weekend", equalTo(List.of("SUNDAY")));
    put("w", "{'name':'x'}").then().statusCode(422).body("errors[0].pointer", equalTo("/name"));
  }

  @Test
  void showsBuiltInOnesAndChangesNone() {
    api.get("/calendars/DE-BY")
        .then()
        .statusCode(200)
        .body("origin", equalTo("BUILT_IN"))
        .body("description", equalTo("Germany, Bavaria"))
        .body("weekend", equalTo(List.of("SATURDAY", "SUNDAY")));
    api.get("/calendars?builtin=DE")
        .then()
        .statusCode(200)
        .body("items.name", hasItems("DE", "DE-BY", "DE-SN"))
        .body("items.name", not(hasItem("US")));
    for (String unknown : List.of("XX", "de", "TRUE")) {
      api.get("/calendars?builtin=" + unknown)
          .then()
          .statusCode(422)
          .body("errors[0].pointer", equalTo("?builtin"))
          .body("errors[0].message", containsString("builtin=true"));
    }
    assertTrue(Pages.walk(api, "/calendars?builtin=true&limit=100", "name").size() > 500);
    api.patch("/calendars/DE", "{'weekend':[]}")
        .then()
        .statusCode(409)
        .body("detail", containsString("built in"))
        .body("detail", containsString("include"));
    api.delete("/calendars/DE").then().statusCode(409);
    api.get("/calendars/de").then().statusCode(404);
    api.patch("/calendars/nobody", "{'weekend':[]}").then().statusCode(404);
  }

  @Test
  void showsWhatACalendarMakesOfAYear() {
    created(
        "{'name':'acme','builtin':'DE','holidays':['2026-05-15',{'rule':'12-24','name':'Eve'}],'validTo':'2026-12-31'}");

    api.get("/calendars/acme/holidays?year=2026")
        .then()
        .statusCode(200)
        .body("holidays", hasSize(11))
        .body("holidays.find { it.date == '2026-04-03' }.name", equalTo("Good Friday"))
        .body("holidays.find { it.date == '2026-12-24' }.name", equalTo("Eve"))
        .body("holidays.find { it.date == '2026-05-15' }.name", nullValue())
        // 261 days from Monday to Friday, and 9 of the 11 holidays on such a day: 3 October and
        // 26 December are Saturdays.
        .body("businessDays", equalTo(252));
    api.get("/calendars/TARGET2/holidays?year=2026").then().body("holidays", hasSize(6));
    api.get("/calendars/acme/holidays?year=2027")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("2026-12-31"));
    api.get("/calendars/acme/holidays?year=26").then().statusCode(422);
    api.get("/calendars/nobody/holidays").then().statusCode(404);
  }

  @Test
  void listsOwnAndSharedOnesWithoutTheirHolidays() {
    String shared = "shared-" + api.tenant();
    rows.execute(
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " values (gen_random_uuid(), '*', ?, '{\"weekend\":[\"SUNDAY\"]}', now(), now())",
        shared);
    created("{'name':'one','holidays':['2026-01-01','2026-01-02']}");

    api.get("/calendars?limit=1000")
        .then()
        .statusCode(200)
        .body("items.name", hasItems("one", shared))
        .body("items.find { it.name == 'one' }.holidayCount", equalTo(2))
        .body("items.find { it.name == 'one' }.holidays", nullValue())
        .body("items.find { it.name == 'one' }.origin", equalTo("OWN"))
        .body("items.find { it.name == '" + shared + "' }.origin", equalTo("SHARED"));
    api.get("/calendars/" + shared).then().statusCode(200).body("origin", equalTo("SHARED"));
    api.patch("/calendars/" + shared, "{'weekend':[]}")
        .then()
        .statusCode(409)
        .body("detail", containsString("file"));
    api.delete("/calendars/" + shared).then().statusCode(409);
    // The nearer one of the same name.
    created("{'name':'" + shared + "','weekend':['MONDAY']}");
    api.get("/calendars/" + shared).then().body("origin", equalTo("OWN"));
    rows.execute("delete from calendars where tenant_id = '*' and name = ?", shared);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'name':'c','weekend':['CATURDAY']}                                            | /weekend/0       | MONDAY",
        "{'name':'c','weekend':['MONDAY','TUESDAY','WEDNESDAY','THURSDAY','FRIDAY','SATURDAY','SUNDAY']} | /weekend | no business day",
        "{'name':'c','holidays':['2026-02-30']}                                         | /holidays/0      | ISO 8601",
        "{'name':'c','holidays':[{'date':'2026-01-01','name':'a'},{'date':'2026-01-01','name':'b'}]} | /holidays/1 | twice",
        "{'name':'c','holidays':[{'rule':'LAST NODAY OF MAY'}]}                         | /holidays/0/rule | NODAY",
        "{'name':'c','holidays':[{'date':'2026-01-01','rule':'EASTER'}]}                | /holidays/0      | either",
        "{'name':'c','holidays':[{'name':'a'}]}                                         | /holidays/0      | either",
        "{'name':'c','holidays':[{'date':'2026-01-01','x':1}]}                          | /holidays/0/x    | not a field",
        "{'name':'c','validFrom':'2026-02-01','validTo':'2026-01-01'}                   | /validTo         | before validFrom",
        "{'name':'c','validFrom':'2026-02-01','holidays':['2026-01-01']}                | /holidays/0      | outside the validity",
        "{'name':'c','include':['nobody']}                                              | /include/0       | there is no calendar",
        "{'name':'c','include':['c']}                                                   | /include/0       | itself",
        "{'name':'c','builtin':'XX'}                                                    | /builtin         | no built-in",
        "{'name':'c d'}                                                                 | /name            | must be",
        "{'weekend':[]}                                                                 | /name            | required",
        "{'name':'c','colour':'red'}                                                    | /colour          | not a field",
        "{'name':'c','version':3}                                                       | /version         | read-only",
      })
  void refusesWhatContradictsItselfOrCannotBeRead(String body, String pointer, String message) {
    api.post("/calendars", body)
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo(pointer))
        .body("errors[0].message", containsString(message));
  }

  @Test
  void refusesCirclesLongChainsAndNoBusinessDayAtAll() {
    created("{'name':'c0'}");
    for (int i = 1; i <= 10; i++) {
      created("{'name':'c%d','include':['c%d']}".formatted(i, i - 1));
    }
    api.post("/calendars", "{'name':'c11','include':['c10']}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("chain of 11"));
    created("{'name':'below'}");
    api.patch("/calendars/c0", "{'include':['below']}").then().statusCode(422);
    api.patch("/calendars/c0", "{'include':['c2']}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("c0 → c2 → c1 → c0"));

    created("{'name':'early','weekend':['MONDAY','TUESDAY','WEDNESDAY','THURSDAY']}");
    api.post(
            "/calendars",
            "{'name':'all','include':['early'],'weekend':['FRIDAY','SATURDAY','SUNDAY']}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("no business day"));
    api.get("/calendars/all").then().statusCode(404);
  }

  @Test
  void refusesMoreRulesThanOneCalendarMayHaveAlsoThroughOthers() {
    created("{'name':'inner','holidays':[" + rules(2_500) + "]}");
    created("{'name':'middle','include':['inner']}");
    created("{'name':'outer','include':['middle','inner'],'holidays':[" + rules(2_500) + "]}");
    api.patch("/calendars/inner", "{'holidays':[" + rules(2_501) + "]}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/include"))
        .body("errors[0].message", containsString("outer would have 5001 rules"));
    api.post(
            "/calendars",
            "{'name':'c','include':['outer'],'holidays':[{'rule':'EASTER'},'2026-01-01']}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("5000 is the most"));
    created("{'name':'dates','include':['outer'],'holidays':['2026-01-01']}");

    List<String> builtIn = Pages.walk(api, "/calendars?builtin=true&limit=100", "name");
    created("{'name':'hundred','include':" + quoted(builtIn.subList(0, 100)) + "}");
    api.post("/calendars", "{'name':'more','include':['hundred','" + builtIn.get(100) + "']}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("101 built-in calendars"));
  }

  private static String quoted(List<String> names) {
    return names.stream().collect(Collectors.joining("','", "['", "']"));
  }

  private static String rules(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{'rule':'EASTER UNTIL " + (2000 + i) + "'}")
        .collect(Collectors.joining(","));
  }

  @Test
  void theExamplesOfTheGuideWork() throws IOException {
    String guide = Files.readString(Path.of("docs", "calendars.md"));
    api.withJob("close-books");
    String schedule =
        api.request()
            .contentType("application/json")
            .body(between(guide, "```json\n", "```"))
            .post("/schedules")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    assertNotNull(nextFire(schedule));
    String calendar = between(guide, "application/json' -d '", "'\n```").replace("'\"'\"'", "'");
    api.request()
        .contentType("application/json")
        .body(calendar)
        .post("/calendars")
        .then()
        .statusCode(201);
    api.get("/calendars/acme-munich/holidays?year=2026")
        .then()
        .body("holidays.date", hasItems("2026-08-15", "2026-12-24", "2026-12-31"));
    String rules = between(guide, "### Rules\n\n| rule | |\n|---|---|\n", "\n\n");
    for (String row : rules.split("\n")) {
      for (String rule : between(row, "| ", " | ").split(", ")) {
        String text = rule.replace("`", "").replace("… UNTIL", "EASTER UNTIL");
        HolidayRule.parse(text);
      }
    }
    for (String cron : List.of("0 18 1B * *", "0 18 LB * *", "0 18 LB-2 * *")) {
      assertTrue(guide.contains("`" + cron.split(" ")[2] + "`"));
      assertNotNull(nextFire(scheduled("{}", cron, CronDialect.UNIX, "close-books")));
    }
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Test
  void refusesMoreThanAnybodyNeeds() {
    String dates =
        IntStream.rangeClosed(1, 5_001)
            .mapToObj(i -> "'" + java.time.LocalDate.of(2000, 1, 1).plusDays(i) + "'")
            .collect(Collectors.joining(","));
    api.post("/calendars", "{'name':'c','holidays':[" + dates + "]}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/holidays"));

    rows.execute(
        "insert into calendars (id, tenant_id, name, definition, created_at, updated_at)"
            + " select gen_random_uuid(), ?, 'n' || n, '{}', now(), now() from generate_series(1, 1000) n",
        api.tenant());
    api.post("/calendars", "{'name':'one-more'}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("1,000"));
    api.patch("/calendars/n1", "{'weekend':['SUNDAY']}").then().statusCode(200);
  }

  @Test
  void aChangeMarksTheClocksOfItsSchedulesAlsoThroughOthers() {
    api.withJob("j");
    created("{'name':'inner'}");
    created("{'name':'outer','include':['inner']}");
    String direct = schedule("{'calendar':'inner'}");
    String through = schedule("{'excludeCalendar':'outer'}");
    String other = schedule("{'calendar':'DE'}");
    // Newer than any that this process has, which therefore leaves it alone: only the mark takes it
    // away.
    rows.execute("update clock set rules = '9999z' where tenant_id = ?", api.tenant());
    rows.park(through);
    long revision = revision(direct);
    long untouched = revision(other);

    api.patch("/calendars/inner", "{'holidays':['2026-12-24']}").then().statusCode(200);

    assertEquals(revision + 1, revision(direct));
    assertTrue(wasMarked(direct));
    assertTrue(wasMarked(through));
    assertEquals("ACTIVE", status(through));
    assertEquals(2, api.get("/schedules/" + through).<Integer>path("version"));
    assertTrue(revision(through) > 1);
    assertEquals(untouched, revision(other));
    assertFalse(wasMarked(other));

    // One that takes the place of a built-in one concerns those who meant that.
    created("{'name':'DE','builtin':'DE','holidays':['2026-12-24']}");
    assertEquals(untouched + 1, revision(other));

    api.delete("/calendars/inner")
        .then()
        .statusCode(409)
        .body("detail", containsString("schedule " + direct))
        .body("detail", containsString("calendar outer"));
  }

  /** From the request to what the ticker made of it. */
  @Test
  void aChangeMovesTheNextFiresAlsoThroughOthers() {
    api.withJob("j");
    created("{'name':'inner'}");
    created("{'name':'outer','include':['inner']}");
    String direct = scheduled("{'calendar':'inner','convention':'FOLLOWING'}", "0 9 24 12 *");
    String through =
        scheduled("{'excludeCalendar':'outer','convention':'PRECEDING'}", "0 9 24 12 *");
    Instant eve = nextFire(direct);
    assertEquals(eve, nextFire(through));

    api.patch("/calendars/inner", "{'holidays':['" + eve.toString().substring(0, 10) + "']}")
        .then()
        .statusCode(200);

    await().until(() -> eve.plus(Duration.ofDays(1)).equals(nextFire(direct)));
    await().until(() -> eve.minus(Duration.ofDays(1)).equals(nextFire(through)));
    api.patch("/calendars/inner", "{'holidays':null}").then().statusCode(200);
    await().until(() -> eve.equals(nextFire(direct)));
    await().until(() -> eve.equals(nextFire(through)));
  }

  @Test
  void aScheduleThatACalendarBroughtToItsEndComesBackWithIt() {
    Told told = Told.of(api, feed);
    api.withJob("j");
    created("{'name':'acme'}");
    int year = Instant.now().atZone(ZoneOffset.UTC).getYear() + 1;
    String schedule = scheduled("{'calendar':'acme'}", "0 0 9 24 12 ? " + year, CronDialect.QUARTZ);
    Instant eve = nextFire(schedule);

    api.patch("/calendars/acme", "{'holidays':['" + year + "-12-24']}").then().statusCode(200);
    await().until(() -> "EXHAUSTED".equals(status(schedule)));
    api.patch("/calendars/acme", "{'holidays':null}").then().statusCode(200);

    await().until(() -> eve.equals(nextFire(schedule)));
    assertEquals("ACTIVE", status(schedule));
    told.messages("scheduler.schedule.enabled", 1);
  }

  @Test
  void importsAFileAndReplacesItLater() {
    imported("/calendars/import?name=file", FILE)
        .then()
        .statusCode(201)
        .header("Location", containsString("/calendars/file"))
        .body("events", equalTo(1))
        .body("skipped.timed", equalTo(1))
        .body("calendar.holidays.date", equalTo(List.of("2026-12-24", "2026-12-25", "2026-12-26")))
        .body("calendar.holidays.name", hasItem("Christmas"))
        .body("calendar.validFrom", equalTo("2026-01-01"))
        .body("calendar.validTo", equalTo("2026-12-31"));
    imported("/calendars/import?name=file", FILE)
        .then()
        .statusCode(409)
        .body("errors[0].pointer", equalTo("/name"));
    api.patch("/calendars/file", "{'weekend':['SUNDAY']}").then().statusCode(200);
    imported("/calendars/import?name=file&replace=true", FILE.replace("2026122", "2027122"))
        .then()
        .statusCode(200)
        .body("calendar.validTo", equalTo("2027-12-31"))
        .body("calendar.weekend", equalTo(List.of("SUNDAY")))
        .body("calendar.version", equalTo(3));
  }

  @Test
  void refusesAnImportThatIsNone() {
    api.post("/calendars/import?name=f", "{}").then().statusCode(415);
    imported("/calendars/import", FILE)
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("?name"));
    imported("/calendars/import?name=f&url=http://127.0.0.1/x.ics", FILE)
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("?url"));
    imported("/calendars/import?name=f", "hello")
        .then()
        .statusCode(422)
        .body("detail", containsString("BEGIN:VCALENDAR"));
    api.request()
        .contentType("text/plain")
        .body(FILE)
        .post("/calendars/import?name=f")
        .then()
        .statusCode(415);
    imported("/calendars/import?name=f", FILE + "X".repeat(1 << 20)).then().statusCode(413);
  }

  @Test
  void aTenantSeesNothingOfAnothers() {
    Api other = Api.ofNewTenant();
    created("{'name':'mine'}");

    other.get("/calendars/mine").then().statusCode(404);
    other.delete("/calendars/mine").then().statusCode(404);
    other.patch("/calendars/mine", "{'weekend':[]}").then().statusCode(404);
    other.get("/calendars?limit=1000").then().body("items.name", not(hasItem("mine")));
    other
        .post("/calendars", "{'name':'c','include':['mine']}")
        .then()
        .statusCode(422)
        .body("errors", hasSize(1));
  }

  private Response created(String body) {
    Response response = api.post("/calendars", body);
    response.then().statusCode(201);
    return response;
  }

  private Response put(String name, String body) {
    return api.request()
        .contentType("application/json")
        .body(Api.quoted(body))
        .put("/calendars/" + name);
  }

  private Response imported(String path, String file) {
    return api.request()
        .contentType("text/calendar; charset=UTF-8")
        .body(file.getBytes())
        .post(path);
  }

  private String schedule(String calendar) {
    JsonObject body = new JsonObject(Api.quoted(calendar));
    body.put("jobKey", "j")
        .put("trigger", new JsonObject().put("type", "CRON").put("expression", "0 9 * 1 *"));
    return api.post("/schedules", body.encode()).then().statusCode(201).extract().path("id");
  }

  private String scheduled(String policies, String cron) {
    return scheduled(policies, cron, CronDialect.UNIX);
  }

  private String scheduled(String policies, String cron, CronDialect dialect) {
    return scheduled(policies, cron, dialect, "j");
  }

  private String scheduled(String policies, String cron, CronDialect dialect, String job) {
    JsonObject body = new JsonObject(Api.quoted(policies));
    body.put("jobKey", job)
        .put("timezone", "UTC")
        .put(
            "trigger",
            new JsonObject().put("type", "CRON").put("expression", cron).put("dialect", dialect));
    return api.post("/schedules", body.encode()).then().statusCode(201).extract().path("id");
  }

  private @Nullable Instant nextFire(String schedule) {
    String next = api.get("/schedules/" + schedule).path("nextFireAt");
    return next == null ? null : Instant.parse(next);
  }

  private long revision(String schedule) {
    return rows.number("select revision from clock where schedule_id = ?", schedule);
  }

  private boolean wasMarked(String schedule) {
    return 0
        == rows.number(
            "select count(*) from clock where schedule_id = ? and rules = '9999z'", schedule);
  }

  private String status(String schedule) {
    return api.get("/schedules/" + schedule).path("status");
  }
}
