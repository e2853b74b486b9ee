package dev.carillon.rest;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.concurrent.ThreadLocalRandom;

/** Speaks for one tenant. */
record Api(String tenant) {

  /** A tenant that nobody else has. */
  static Api ofNewTenant() {
    return new Api("t" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), 36));
  }

  RequestSpecification request() {
    return given().header("X-Tenant-Id", tenant);
  }

  Response post(String path, String body) {
    return request().contentType(ContentType.JSON).body(quoted(body)).post(path);
  }

  /** Without a body; RestAssured would call an unnamed one a form. */
  Response post(String path) {
    return request().contentType(ContentType.JSON).post(path);
  }

  Response patch(String path, String body) {
    return request().contentType("application/merge-patch+json").body(quoted(body)).patch(path);
  }

  Response get(String path, Object... parameters) {
    return request().get(path, parameters);
  }

  Response delete(String path) {
    return request().delete(path);
  }

  /** A job with the key, on which runs of this tenant can be made. */
  Api withJob(String key) {
    post("/jobs", "{'key':'" + key + "'}").then().statusCode(201);
    return this;
  }

  /** Apostrophes are easier to read in a test than escaped quotes. */
  static String quoted(String json) {
    return json.replace('\'', '"');
  }
}
