package dev.carillon.boot;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.limit.TenantLimits;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.time.Duration;
import java.time.zone.ZoneRulesProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class CarillonConfigTest {

  private final CarillonConfig config;

  CarillonConfigTest(CarillonConfig config) {
    this.config = config;
  }

  @Test
  void hasTheDefaultsThatNoVariableSets() {
    assertTrue(config.localMode());
    assertEquals(Duration.ofSeconds(5), config.ticker().lookAhead());
    assertEquals(Duration.ofSeconds(10), config.leader().lease());
    assertEquals(Duration.ofSeconds(30), config.worker().lease());
    assertEquals(Duration.ofSeconds(25), config.worker().drain());
    assertEquals(TenantLimits.NONE, config.limits().ofTenants());
  }

  @Test
  void saysByWhichTzdataItWorksOutFires() {
    RestAssured.get("/q/health/ready")
        .then()
        .body(
            "checks.find { it.name == 'carillon' }.data.'engine.tzdata'",
            equalTo(ZoneRulesProvider.getVersions("UTC").lastKey()));
  }

  @Test
  void servesHealthMetricsAndItsDescription() {
    for (String path : new String[] {"/q/health/ready", "/q/metrics", "/q/openapi"}) {
      RestAssured.get(path).then().statusCode(200);
    }
  }
}
