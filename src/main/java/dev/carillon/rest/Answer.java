package dev.carillon.rest;

import dev.carillon.catalog.input.JsonText;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is answered, rendered: so it can be kept, and be given again.
 *
 * @param body null: none
 * @param afterCommit what other processes are told once the change is committed; not when the
 *     answer is given again
 */
record Answer(
    int status, Map<String, String> headers, @Nullable String body, Runnable afterCommit) {

  private static final Runnable NOTHING = () -> {};

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer of(int status, @Nullable Object shown) {
    return new Answer(status, Map.of(), JsonText.writeNullable(shown), NOTHING);
  }

  static Answer ok(Object shown) {
    return of(200, shown);
  }

  static Answer created(String location, Object shown) {
    return of(201, shown).with("Location", location);
  }

  /** The same, of something that was not there before. */
  Answer asCreated(String location) {
    return new Answer(201, headers, body, afterCommit).with("Location", location);
  }

  static Answer noContent() {
    return of(204, null);
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, body, afterCommit);
  }

  Answer version(int version) {
    return tag(Integer.toString(version));
  }

  Answer tag(String tag) {
    return with("ETag", etag(tag));
  }

  Answer then(Runnable told) {
    return new Answer(status, headers, body, told);
  }

  static String etag(String tag) {
    return '"' + tag + '"';
  }

  Response response() {
    Response.ResponseBuilder response = Response.status(status);
    headers.forEach(response::header);
    if (body != null) {
      response.entity(body).type("application/json");
    }
    return response.build();
  }
}
