package dev.carillon.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks through a list by its cursors, and checks that the Link header says the same. */
final class Pages {

  private Pages() {}

  static List<String> walk(Api api, String first, String field) {
    List<String> seen = new ArrayList<>();
    String path = first;
    for (int pages = 0; path != null; pages++) {
      assertTrue(pages < 50, "the list does not end");
      Response page = api.request().urlEncodingEnabled(false).get(path);
      page.then().statusCode(200);
      seen.addAll(page.<List<String>>path("items." + field));
      path = next(page);
    }
    return seen;
  }

  private static @Nullable String next(Response page) {
    String cursor = page.path("next");
    String link = page.header("Link");
    assertEquals(cursor == null, link == null);
    if (link == null) {
      return null;
    }
    assertTrue(link.endsWith(">; rel=\"next\""), link);
    String path = link.substring(1, link.indexOf('>'));
    assertTrue(path.endsWith("after=" + cursor), link);
    return path;
  }
}
