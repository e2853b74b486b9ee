package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class AttemptLogResourceTest {

  @Inject Rows rows;

  private final Api api = Api.ofNewTenant();
  private String run;

  @BeforeEach
  void makeARunThatWroteSomething() {
    api.withJob("j");
    run =
        api.post("/runs", "{'jobKey':'j','dueAt':'2998-01-01T00:00:00Z'}")
            .then()
            .extract()
            .path("id");
    rows.execute(
        """
        insert into attempt_logs (run_id, attempt, part, tenant_id, text)
        values (?, 2, 1, ?, 'two €' || chr(10)), (?, 2, 0, ?, 'one' || chr(10))
        """,
        UUID.fromString(run),
        api.tenant(),
        UUID.fromString(run),
        api.tenant());
  }

  @Test
  void showsTheLogAsPlainText() {
    api.request()
        .get("/runs/" + run + "/attempts/2/log")
        .then()
        .statusCode(200)
        .contentType("text/plain;charset=UTF-8")
        .header("X-Content-Type-Options", equalTo("nosniff"))
        .body(equalTo("one\ntwo €\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "-1", "02", "two", "99999999999999"})
  void hasNoneOfAnotherAttempt(String number) {
    api.request()
        .get("/runs/" + run + "/attempts/" + number + "/log")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:not-found"));
  }

  @Test
  void hasNoneOfAnotherTenantsOrOfNoRun() {
    Api.ofNewTenant().request().get("/runs/" + run + "/attempts/2/log").then().statusCode(404);
    api.request().get("/runs/nonsense/attempts/2/log").then().statusCode(404);
  }

  @Test
  void refusesParametersThatItDoesNotKnow() {
    api.request().get("/runs/" + run + "/attempts/2/log?tail=5").then().statusCode(422);
  }
}
