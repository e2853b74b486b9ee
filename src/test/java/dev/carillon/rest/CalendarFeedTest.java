package dev.carillon.rest;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import biweekly.component.VEvent;
import dev.carillon.ical.ReadCalendar;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Schedules as calendars: one alone, and all of a tenant under a secret URL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class CalendarFeedTest extends ScheduleFixture {

  private static final String NOBODYS = "A".repeat(43);

  // ── one schedule
  // ───────────────────────────────────────────────────────────────────────────────

  @Test
  void aScheduleIsACalendarWithTheInstantsOfItsFires() {
    String id =
        created(
            "{'key':'s','name':'Ünlü; \\\\n, 🗓','note':'by hand\\r\\nATTENDEE:x','jobKey':'j',"
                + "'timezone':'Europe/Berlin','trigger':{'type':'CRON','expression':'30 2 * * SUN'}}");

    Response answer = api.get("/schedules/s/calendar.ics");

    answer
        .then()
        .statusCode(200)
        .contentType(startsWith("text/calendar"))
        .header("Content-Type", containsString("charset=UTF-8"))
        .header("Cache-Control", "private, max-age=300");
    ReadCalendar read = ReadCalendar.of(answer.asString());
    List<String> fires = api.get("/schedules/s/fires?limit=40").path("fires.at");
    Instant last = Instant.parse(fires.get(39));
    List<Instant> shown = read.starts(Instant.parse(fires.get(0)), last);
    assertEquals(fires.stream().map(Instant::parse).toList(), shown);
    assertEquals("Ünlü; \\n, 🗓", read.events().get(0).getSummary().getValue());
    assertTrue(read.events().get(0).getUid().getValue().startsWith(id + "-"));
    assertEquals("PT1H", read.other("X-PUBLISHED-TTL"));
  }

  @Test
  void aRuleIsOneEventThatStaysTheSameUntilItIsEdited() {
    created(
        "{'key':'s','jobKey':'j','timezone':'Europe/Berlin','trigger':{'type':'RRULE',"
            + "'rrule':'FREQ=MONTHLY;BYDAY=-1FR','dtstart':'2026-01-01T09:00:00'}}");
    String tag = api.get("/schedules/s/calendar.ics").header("ETag");

    api.request()
        .header("If-None-Match", "\"other\", W/" + tag)
        .get("/schedules/s/calendar.ics")
        .then()
        .statusCode(304)
        .header("ETag", tag)
        .body(equalTo(""));
    api.patch("/schedules/s", "{'name':'other'}").then().statusCode(200);
    api.request()
        .header("If-None-Match", tag)
        .get("/schedules/s/calendar.ics")
        .then()
        .statusCode(200)
        .header("ETag", not(tag))
        .body(containsString("RRULE:FREQ=MONTHLY;BYDAY=-1FR\r\n"))
        .body(containsString("BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n"));
  }

  @Test
  void whatIsNotThereIsAProblem() {
    api.get("/schedules/none/calendar.ics")
        .then()
        .statusCode(404)
        .contentType(startsWith("application/problem+json"));
    api.get("/schedules/none/calendar.ics?x=1").then().statusCode(422);
    created("{'key':'s','jobKey':'j','trigger':" + YEARLY + "}");
    Api.ofNewTenant().get("/schedules/s/calendar.ics").then().statusCode(404);
  }

  @Test
  void linksLeadToTheCalendarAndIntoOthers() {
    String id = created("{'key':'s','jobKey':'j','trigger':" + FAR + "}");

    api.get("/schedules/s")
        .then()
        .body("links.calendar", equalTo("/schedules/" + id + "/calendar.ics"))
        .body("links.google", containsString("&dates=29990101T000000Z%2F29990101T000500Z"))
        .body("links.outlook", containsString("&startdt=2999-01-01T00%3A00%3A00Z"));
    api.post("/schedules/s/disable").then().body("links", not(hasKey("google")));
    api.patch("/schedules/s", "{'name':'n'}")
        .then()
        .statusCode(200)
        .body("links", hasKey("calendar"));
    api.patch("/schedules/s", "{'links':{'google':'x'}}").then().statusCode(422);
    assertTrue(
        told.messages("scheduler.schedule", 3).stream()
            .noneMatch(event -> event.data().containsKey("links")));
  }

  @Test
  void aCalendarLeavesOutWhatWasSkipped() {
    created("{'key':'s','jobKey':'j','trigger':{'type':'CRON','expression':'0 9 * * *'}}");
    String skipped = api.get("/schedules/s").path("nextFireAt");

    api.post("/schedules/s/skip-next").then().statusCode(200);

    Instant next = Instant.parse(api.get("/schedules/s").path("nextFireAt"));
    List<Instant> shown =
        ReadCalendar.of(api.get("/schedules/s/calendar.ics").asString())
            .starts(Instant.parse(skipped), next);
    assertEquals(List.of(next), shown);
  }

  // ── all of a tenant
  // ────────────────────────────────────────────────────────────────────────────

  @Test
  void aFeedShowsTheSchedulesThatFireToWhoeverKnowsItsUrl() {
    String yearly = created("{'key':'yearly','jobKey':'j','trigger':" + YEARLY + "}");
    created("{'key':'off','jobKey':'j','enabled':false,'trigger':" + YEARLY + "}");
    String busy =
        created("{'key':'busy','jobKey':'j','trigger':{'type':'CRON','expression':'* * * * *'}}");
    Api other = Api.ofNewTenant().withJob("j");
    other.post("/schedules", "{'key':'theirs','jobKey':'j','trigger':" + YEARLY + "}");
    String url = feed();

    Response answer = given().get(url);

    answer
        .then()
        .statusCode(200)
        .contentType(startsWith("text/calendar"))
        .header("Cache-Control", "private, max-age=300");
    List<VEvent> events = ReadCalendar.of(answer.asString()).events();
    assertEquals(1, count(events, yearly));
    assertEquals(1_000, count(events, busy));
    assertEquals(1_001, events.size());
    given()
        .header("If-None-Match", answer.header("ETag"))
        .header("X-Tenant-Id", other.tenant())
        .get(url)
        .then()
        .statusCode(304);
  }

  @Test
  void aBrokenScheduleIsLeftOut() {
    created("{'key':'whole','jobKey':'j','trigger':" + YEARLY + "}");
    String broken = created("{'key':'broken','jobKey':'j','trigger':" + YEARLY + "}");
    rows.execute(
        "update schedules set trigger = '{\"type\":\"CRON\",\"expression\":\"x\"}' where id = ?",
        UUID.fromString(broken));

    ReadCalendar read = ReadCalendar.of(given().get(feed()).asString());

    assertEquals(1, read.events().size());
    assertEquals("1", read.other("X-CARILLON-LEFT-OUT"));
    api.get("/schedules/broken/calendar.ics").then().statusCode(422);
  }

  @Test
  void aNewTokenTakesTheOldOnesPlaceAndCanBeTakenBack() {
    String first = feed();
    String second = feed();

    given().get(first).then().statusCode(404);
    given().get(second).then().statusCode(200);
    Api.ofNewTenant().delete("/calendar-feeds").then().statusCode(404);
    given().get(second).then().statusCode(200);
    api.delete("/calendar-feeds").then().statusCode(204);
    given().get(second).then().statusCode(404);
    api.delete("/calendar-feeds").then().statusCode(404);
  }

  @Test
  void saysOnceWhereTheFeedIs() {
    Response answer = api.post("/calendar-feeds", "{}");

    String token = answer.path("token");
    answer
        .then()
        .statusCode(201)
        .header("Location", containsString("/feeds/" + token + ".ics"))
        .header("Cache-Control", "no-store")
        .body("url", equalTo("/feeds/" + token + ".ics"))
        .body("createdAt", containsString("Z"))
        .body(
            "links.google",
            startsWith("https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2F"))
        .body(
            "links.outlook",
            startsWith("https://outlook.live.com/calendar/0/addfromweb?url=http%3A%2F%2F"));
    assertTrue(token.matches("[A-Za-z0-9_-]{43}"), token);
    api.post("/calendar-feeds", "{'x':1}").then().statusCode(422);
  }

  // ── where the token is not
  // ─────────────────────────────────────────────────────────────────────

  @Test
  void noProblemRepeatsAToken() {
    String url = feed();
    String token = url.substring("/feeds/".length(), url.length() - ".ics".length());

    for (String path :
        List.of(
            "/feeds/" + NOBODYS + ".ics",
            "/feeds/" + token,
            "/feeds/" + token + ".icsx",
            "/feeds/" + token + ".ics/more",
            url + "?x=1")) {
      given()
          .get(path)
          .then()
          .statusCode(path.endsWith("x=1") ? 422 : 404)
          .contentType(startsWith("application/problem+json"))
          .body(not(containsString(token)))
          .body(not(containsString(NOBODYS)))
          .body("instance", equalTo("/feeds"));
    }
    given().delete(url).then().statusCode(405).body(not(containsString(token)));
    given()
        .header("Host", "example.org")
        .get(url)
        .then()
        .statusCode(403)
        .body(not(containsString(token)));
  }

  @Test
  void noOtherSpellingOfAFeedIsServed() {
    String token = token(feed());

    for (String spelled : SecretPathsTest.OTHER_SPELLINGS) {
      String path = spelled.replace(SecretPathsTest.TOKEN, token);
      HttpResponse<String> answer = raw(path);

      assertEquals(404, answer.statusCode(), path);
      assertFalse(answer.body().contains(token), answer.body());
      assertTrue(answer.body().contains("\"instance\":\"/feeds\""), answer.body());
    }
    assertEquals(200, raw("/feeds/" + token + ".ics").statusCode());
  }

  /** As it is written, without a client that writes it better. */
  private static HttpResponse<String> raw(String path) {
    try {
      URI uri = URI.create("http://localhost:" + RestAssured.port + path);
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static String token(String url) {
    return url.substring("/feeds/".length(), url.length() - ".ics".length());
  }

  @Test
  void noAnswerIsKeptForAKey() {
    api.request()
        .header("Idempotency-Key", "k")
        .contentType("application/json")
        .post("/calendar-feeds")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("Idempotency-Key"));
    assertEquals(
        List.of(),
        rows.texts("select body from idempotency_keys where tenant_id = ?", api.tenant()));
  }

  @Test
  void noTokenIsLoggedOrStored() {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler = new Remembering(logged);
    Logger root = Logger.getLogger("");
    // The access log is on, and hands nothing on to the root.
    Logger accesses = Logger.getLogger("io.quarkus.http.access-log");
    root.addHandler(handler);
    accesses.addHandler(handler);
    accesses.setLevel(Level.INFO); // tests are quieter
    try {
      String url = feed();
      String token = url.substring("/feeds/".length(), url.length() - ".ics".length());
      given().get(url).then().statusCode(200);
      given().get("/feeds/" + token).then().statusCode(404);
      assertEquals(List.of(sha256(token)), hashes());
      api.delete("/calendar-feeds");
      given().get(url).then().statusCode(404);
      for (String spelled : SecretPathsTest.OTHER_SPELLINGS) {
        raw(spelled.replace(SecretPathsTest.TOKEN, token));
      }
      // Lines are written in their own time; one that comes after them all is there.
      String last = "/schedules/none-" + token.substring(0, 8).replace('_', '-');
      api.get(last);
      await().until(() -> logged.stream().anyMatch(line -> line.contains(last)));

      assertTrue(logged.stream().anyMatch(line -> line.contains("/calendar-feeds")));
      assertFalse(logged.stream().anyMatch(line -> line.contains(token)), () -> logged.toString());
      String metrics = given().get("/q/metrics").asString();
      assertEquals(List.of(), metrics.lines().filter(line -> line.contains(token)).toList());
    } finally {
      root.removeHandler(handler);
      accesses.removeHandler(handler);
      accesses.setLevel(null);
    }
  }

  private String feed() {
    return api.post("/calendar-feeds").then().statusCode(201).extract().path("url");
  }

  private List<String> hashes() {
    return rows.texts(
        "select encode(token_hash, 'hex') from calendar_feeds where tenant_id = ?", api.tenant());
  }

  private static String sha256(String token) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static long count(List<VEvent> events, String schedule) {
    return events.stream().filter(event -> event.getUid().getValue().startsWith(schedule)).count();
  }

  private static final class Remembering extends Handler {

    private final List<String> lines;

    Remembering(List<String> lines) {
      this.lines = lines;
      setLevel(Level.ALL);
    }

    @Override
    public synchronized void publish(LogRecord line) {
      lines.add(line.getMessage() + Arrays.toString(line.getParameters()) + line.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
