package dev.carillon.rest;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same for every endpoint. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LocalModeGuardTest {

  @TestHTTPResource URI root;

  private final Api api = Api.ofNewTenant();

  @ParameterizedTest
  @CsvSource({
    "localhost:3080, true",
    "LOCALHOST, true",
    "127.0.0.1:1, true",
    "127.255.0.9, true",
    "[::1]:3080, true",
    "[::1], true",
    "localhost.example.org, false",
    "127.0.0.1.example.org, false",
    "127.0.0.256, false",
    "example.org, false",
    "[::2]:1, false",
    "0.0.0.0, false",
    "'', false"
  })
  void knowsThisMachineByItsNames(String authority, boolean loopback) {
    assertEquals(loopback, LocalModeGuard.isLoopback(authority));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3080, true",
    "http://127.0.0.1:3080, true",
    "http://localhost:5173, false",
    "http://localhost, false",
    "http://example.org:3080, false",
    "http://localhost:3080.example.org, false",
    "ftp://localhost:3080, false",
    "null, false",
    "'', false"
  })
  void knowsItsOwnPages(String origin, boolean ours) {
    assertEquals(ours, LocalModeGuard.isOurs(origin, "localhost:3080"));
    assertTrue(LocalModeGuard.isOurs(null, "localhost:3080"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/jobs", "/events", "/q/health", "/q/metrics", "/q/openapi", "/none"})
  void servesNoOtherHostAndNoOtherOrigin(String path) {
    given()
        .header("Host", "example.org")
        .get(path)
        .then()
        .statusCode(403)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:forbidden"));
    given().header("Origin", "https://example.org").get(path).then().statusCode(403);
    given().header("Origin", "null").get(path).then().statusCode(403);
  }

  @Test
  void servesItsOwnPages() {
    given().header("Origin", "http://localhost:" + root.getPort()).get("/").then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain"
      })
  void takesNothingThatAFormCanSend(String type) throws Exception {
    HttpResponse<String> answer = send("POST", "/jobs", type, "{\"key\":\"a\"}");

    assertEquals(415, answer.statusCode());
    assertTrue(answer.body().contains("urn:carillon:problem:unreadable"));
  }

  @Test
  void takesNoBodyWithoutAName() throws Exception {
    assertEquals(415, send("POST", "/jobs", null, "{\"key\":\"a\"}").statusCode());
    assertEquals(415, send("PATCH", "/jobs/a", null, "{}").statusCode());
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /jobs, application/x-ndjson",
    "POST, /jobs, text/calendar",
    "POST, /jobs, application/xml",
    "PATCH, /jobs/a, application/json-patch+json"
  })
  void refusesABodyOfAnotherType(String method, String path, String type) throws Exception {
    HttpResponse<String> answer = send(method, path, type, "[]");

    assertEquals(415, answer.statusCode());
    assertEquals("application/problem+json", answer.headers().firstValue("Content-Type").get());
  }

  @Test
  void takesJsonByOtherNames() throws Exception {
    String body = "{\"key\":\"by-another-name\"}";

    assertEquals(201, send("POST", "/jobs", "Application/JSON; charset=UTF-8", body).statusCode());
    assertEquals(409, send("POST", "/jobs", "application/vnd.acme+json", body).statusCode());
  }

  @Test
  void takesAPostWithoutBodyWhereNoneIsNeeded() throws Exception {
    assertEquals(404, send("POST", "/schedules/none/enable", null, null).statusCode());
  }

  @Test
  void refusesABodyThatIsTooLarge() throws Exception {
    String big = "{\"key\":\"" + "x".repeat(1_100_000) + "\"}";

    HttpResponse<String> answer = send("POST", "/jobs", "application/json", big);

    assertEquals(413, answer.statusCode());
    assertTrue(answer.body().contains("urn:carillon:problem:too-large"), answer.body());
  }

  @Test
  void refusesABodyThatIsFarTooLarge() throws Exception {
    String big = "{\"key\":\"" + "x".repeat(5_000_000) + "\"}";

    HttpResponse<String> answer = send("POST", "/jobs", "application/json", big);

    assertEquals(413, answer.statusCode());
    assertTrue(answer.body().contains("urn:carillon:problem:too-large"), answer.body());
  }

  @Test
  void echoesTheRequestsIdAndTrace() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    given()
        .header("X-Request-Id", "abc-1")
        .header("traceparent", trace)
        .get("/jobs/none")
        .then()
        .statusCode(404)
        .header("X-Request-Id", "abc-1")
        .header("traceparent", trace);
    given()
        .header("traceparent", "nonsense")
        .get("/")
        .then()
        .header("X-Request-Id", notNullValue())
        .header("traceparent", nullValue());
  }

  @Test
  void answersEveryStatusAsAProblem() {
    api.get("/nowhere")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:not-found"))
        .body("title", notNullValue())
        .body("instance", equalTo("/nowhere"));
    api.get("/jobs/a/b/c").then().statusCode(404).contentType("application/problem+json");
    api.delete("/jobs/a")
        .then()
        .statusCode(405)
        .contentType("application/problem+json")
        .body("type", containsString("urn:carillon:problem:"));
    api.request()
        .accept("text/html")
        .get("/jobs")
        .then()
        .statusCode(406)
        .contentType("application/problem+json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Has-Capitals", "-x", "a b", "a.b"})
  void refusesATenantThatCannotBe(String tenant) {
    new Api(tenant)
        .get("/jobs")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("X-Tenant-Id"));
  }

  @Test
  void meansTheDefaultTenantWhereNoneIsNamed() {
    given().contentType("application/json").body("{\"key\":\"of-nobody\"}").post("/jobs");

    new Api("default").get("/jobs/of-nobody").then().statusCode(200);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /",
    "GET, /jobs",
    "GET, /jobs/a",
    "PATCH, /jobs/a",
    "POST, /jobs",
    "GET, /schedules",
    "POST, /schedules",
    "GET, /schedules/a",
    "PATCH, /schedules/a",
    "DELETE, /schedules/a",
    "POST, /schedules/a/enable",
    "POST, /schedules/a/disable",
    "POST, /schedules/a/trigger",
    "GET, /runs",
    "POST, /runs",
    "GET, /runs/a",
    "POST, /runs/a/cancel",
    "GET, /events",
    "POST, /triggers/preview"
  })
  void refusesAnUnknownQueryParameterEverywhere(String method, String path) {
    api.request()
        .contentType("application/json")
        .body("{}")
        .queryParam("colour", "red")
        .request(method, path)
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("?colour"))
        .body("errors.message", hasItem(matchesPattern("colour.*")));
  }

  @Test
  void describesItself() {
    String description =
        given().get("/q/openapi?format=json").then().statusCode(200).extract().asString();

    for (String path :
        List.of(
            "/jobs/{job}",
            "/runs/{id}/cancel",
            "/triggers/preview",
            "/schedules/{schedule}/fires")) {
      assertTrue(description.contains("\"" + path + "\""), path);
    }
    assertTrue(description.contains("\"Problem\""));
    assertFalse(description.contains("JsonNode"), "what Jackson is made of is nobody's business");
  }

  private HttpResponse<String> send(String method, String path, String type, String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(root.resolve(path))
            .header("X-Tenant-Id", api.tenant())
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
