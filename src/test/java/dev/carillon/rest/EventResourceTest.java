package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EventResourceTest {

  @TestHTTPResource URI root;

  private final Api api = Api.ofNewTenant();
  private final List<Stream> open = new CopyOnWriteArrayList<>();

  @AfterEach
  void letGo() throws Exception {
    for (Stream stream : open) {
      stream.body.close();
    }
  }

  @Test
  void tellsWhatHappensToTheTenantOnly() throws Exception {
    Stream stream = open("/events", api.tenant(), null);
    Stream others = open("/events", Api.ofNewTenant().tenant(), null);

    String id = api.post("/jobs", "{'key':'j','params':{'secret':1}}").path("id");

    List<JsonObject> events = stream.await(1);
    JsonObject event = events.get(0);
    assertEquals("1.0", event.getString("specversion"));
    assertEquals("scheduler.job.created", event.getString("type"));
    assertEquals("jobs/" + id, event.getString("subject"));
    assertEquals(api.tenant(), event.getString("tenant"));
    assertEquals("0000000011", event.getString("sequence"));
    assertTrue(event.getString("source").startsWith("/carillon/"));
    assertEquals("j", event.getJsonObject("data").getString("key"));
    assertFalse(event.getJsonObject("data").containsKey("params"));
    assertTrue(stream.lines.contains("id:" + event.getString("id")), stream.lines::toString);
    assertTrue(stream.lines.contains("event:scheduler.job.created"));
    assertEquals(0, others.events().size());
  }

  @Test
  void keepsTheSecretsOfATargetToItself() throws Exception {
    Stream stream = open("/events", api.tenant(), null);
    String target =
        "{'type':'HTTP','url':'http://127.0.0.1:9/hook?token=PLANTED','headers':{'X-Token':'PLANTED'}}";

    api.post("/jobs", "{'key':'j','target':" + target + "}").then().statusCode(201);
    api.post(
            "/schedules",
            "{'target':" + target + ",'trigger':{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}}")
        .then()
        .statusCode(201);

    for (JsonObject event : stream.await(2)) {
      assertFalse(event.encode().contains("PLANTED"), event::encode);
      assertEquals(
          "http://127.0.0.1:9/hook",
          event.getJsonObject("data").getJsonObject("target").getString("url"));
    }
  }

  @Test
  void filtersByTypeAndSubject() throws Exception {
    String first = api.post("/jobs", "{'key':'first'}").path("id");
    Stream byType = open("/events?type=scheduler.job.updated&type=x", api.tenant(), null);
    Stream bySubject = open("/events?subject=jobs/" + first, api.tenant(), null);

    api.post("/jobs", "{'key':'second'}");
    api.patch("/jobs/second", "{'name':'n'}");
    api.patch("/jobs/first", "{'name':'n'}");

    assertEquals(List.of("scheduler.job.updated", "scheduler.job.updated"), types(byType.await(2)));
    assertEquals(List.of("jobs/" + first), subjects(bySubject.await(1)));
  }

  @Test
  void goesOnAfterTheEventThatWasSeenLast() throws Exception {
    Stream before = open("/events", api.tenant(), null);
    api.withJob("first").withJob("second");
    String seen = before.await(2).get(0).getString("id");

    Stream after = open("/events", api.tenant(), seen);

    assertEquals(before.events().get(1), after.await(1).get(0));
  }

  @Test
  void saysThatAnEventIsForgotten() {
    api.request()
        .header("Last-Event-ID", "019a0000-0000-7000-8000-000000000001")
        .get("/events")
        .then()
        .statusCode(410)
        .contentType("application/problem+json")
        .body("instance", equalTo("/events"));
  }

  @Test
  void refusesAWrongLastEventId() {
    api.request()
        .header("Last-Event-ID", "x")
        .get("/events")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("Last-Event-ID"));
  }

  private static List<String> types(List<JsonObject> events) {
    return events.stream().map(event -> event.getString("type")).toList();
  }

  private static List<String> subjects(List<JsonObject> events) {
    return events.stream().map(event -> event.getString("subject")).toList();
  }

  /** Connected once the first comment is there. */
  private Stream open(String path, String tenant, String lastSeen) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(root.resolve(path)).header("X-Tenant-Id", tenant);
    if (lastSeen != null) {
      request.header("Last-Event-ID", lastSeen);
    }
    HttpResponse<InputStream> response =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build()
            .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertEquals(200, response.statusCode());
    assertTrue(response.headers().firstValue("Content-Type").get().startsWith("text/event-stream"));
    Stream stream = new Stream(response.body());
    open.add(stream);
    Awaitility.await().until(() -> stream.lines.stream().anyMatch(line -> line.startsWith(":")));
    return stream;
  }

  /** What a reader sees of one connection, line by line. */
  private static final class Stream {

    private final InputStream body;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Stream(InputStream body) {
      this.body = body;
      Thread reader = new Thread(this::read, "event reader");
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (java.io.BufferedReader reader =
          new java.io.BufferedReader(new java.io.InputStreamReader(body, StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(line);
        }
      } catch (java.io.IOException closed) {
        // the test is over
      }
    }

    List<JsonObject> await(int expected) {
      Awaitility.await().until(() -> events().size() >= expected);
      return events();
    }

    List<JsonObject> events() {
      return lines.stream()
          .filter(line -> line.startsWith("data:"))
          .map(line -> new JsonObject(line.substring(5)))
          .toList();
    }
  }
}
