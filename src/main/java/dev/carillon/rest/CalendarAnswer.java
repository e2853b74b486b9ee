package dev.carillon.rest;

import dev.carillon.ical.CalendarDocument;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A calendar as it is answered: with a tag of its content, by which it is not sent twice. */
final class CalendarAnswer {

  static final String MEDIA_TYPE = CalendarDocument.MEDIA_TYPE + ";charset=UTF-8";

  /** Nobody shares it; whoever has it asks again after five minutes at the earliest. */
  private static final String CACHING = "private, max-age=300";

  private static final int TAG_BYTES = 16;

  private CalendarAnswer() {}

  /**
   * @param known the request's If-None-Match
   * @param file its name, where it is saved
   */
  static Response of(CalendarDocument calendar, @Nullable String known, String file) {
    byte[] text = calendar.text().getBytes(StandardCharsets.UTF_8);
    String tag = tag(text);
    Response.ResponseBuilder response =
        matches(known, tag)
            ? Response.notModified()
            : Response.ok(text, MEDIA_TYPE)
                .header("Content-Disposition", "inline; filename=\"" + file + ".ics\"");
    return response.header("ETag", tag).header("Cache-Control", CACHING).build();
  }

  private static boolean matches(@Nullable String known, String tag) {
    return known != null
        && Arrays.stream(known.split(","))
            .map(each -> each.strip().replaceFirst("^W/", ""))
            .anyMatch(each -> each.equals("*") || each.equals(tag));
  }

  private static String tag(byte[] text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      byte[] enough = Arrays.copyOf(hash, TAG_BYTES);
      return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(enough) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
