package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class IdempotencyTest {

  private static final String FAR =
      "{'jobKey':'j','dueAt':'2998-01-01T00:00:00Z','params':{'n':%d}}";

  @Inject Rows rows;

  private final Api api = Api.ofNewTenant();

  @Test
  void givesTheFirstAnswerAgain() {
    Response first = post("key", "/jobs", "{'key':'j'}");
    first.then().statusCode(201).header("Idempotency-Replayed", nullValue());

    Response again = post("key", "/jobs", "{'key':'j'}");

    again.then().statusCode(201).header("Idempotency-Replayed", "true");
    assertEquals(first.asString(), again.asString());
    assertEquals(first.header("Location"), again.header("Location"));
    assertEquals(first.header("ETag"), again.header("ETag"));
  }

  @Test
  void refusesTheKeyForAnotherRequest() {
    api.withJob("j");
    post("key", "/runs", FAR.formatted(1)).then().statusCode(201);

    post("key", "/runs", FAR.formatted(2))
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("Idempotency-Key"));
    post("key", "/jobs", "{'key':'k'}").then().statusCode(422);
    api.get("/runs").then().body("items", hasSize(1));
  }

  @Test
  void forgetsARequestThatWasRefused() {
    post("key", "/runs", FAR.formatted(1)).then().statusCode(422);
    api.withJob("j");

    post("key", "/runs", FAR.formatted(1)).then().statusCode(201);
  }

  @Test
  void forgetsAfterADay() {
    post("key", "/jobs", "{'key':'j'}").then().statusCode(201);
    rows.execute(
        "update idempotency_keys set created_at = created_at - interval '25 hours' where tenant_id = ?",
        api.tenant());

    post("key", "/jobs", "{'key':'k'}").then().statusCode(201);
  }

  @Test
  void keepsTenantsKeysApart() {
    post("key", "/jobs", "{'key':'j'}").then().statusCode(201);

    Api.ofNewTenant()
        .request()
        .header("Idempotency-Key", "key")
        .contentType("application/json")
        .body("{\"key\":\"other\"}")
        .post("/jobs")
        .then()
        .statusCode(201);
  }

  @Test
  void doesOnceWhatTwentySendAtOnce() {
    api.withJob("j");

    List<Response> answers = Racers.race(20, () -> post("race", "/runs", FAR.formatted(1)));

    List<Response> done = answers.stream().filter(a -> a.statusCode() == 201).toList();
    assertTrue(
        answers.stream().allMatch(a -> Set.of(201, 409).contains(a.statusCode())),
        () -> answers.stream().map(a -> "" + a.statusCode()).collect(Collectors.joining(" ")));
    assertEquals(1, done.stream().map(a -> a.<String>path("id")).distinct().count());
    assertEquals(1, done.stream().filter(a -> a.header("Idempotency-Replayed") == null).count());
    api.get("/runs").then().body("items", hasSize(1));
  }

  @Test
  void refusesAKeyThatCannotBe() {
    post(" ", "/jobs", "{'key':'j'}").then().statusCode(422);
    post("x".repeat(256), "/jobs", "{'key':'j'}").then().statusCode(422);
  }

  private Response post(String key, String path, String body) {
    return api.request()
        .header("Idempotency-Key", key)
        .contentType("application/json")
        .body(Api.quoted(body))
        .post(path);
  }
}
