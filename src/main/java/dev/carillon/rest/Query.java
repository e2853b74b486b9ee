package dev.carillon.rest;

import dev.carillon.catalog.Page;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Query parameters, of which each is known or refused by its name. What is wrong is gathered;
 * {@link #check} throws it.
 */
final class Query {

  static final String LIMIT = "limit";
  static final String AFTER = "after";

  private static final int DEFAULT_LIMIT = 50;
  private static final int MOST = 1_000;
  private static final String INSTANT_EXAMPLE = "2026-12-01T10:00:00Z";

  private final String path;
  private final MultiMap parameters;
  private final FieldErrors errors = new FieldErrors();

  Query(String path, MultiMap parameters, List<String> known) {
    this.path = path;
    this.parameters = parameters;
    for (String name : parameters.names()) {
      if (!known.contains(name)) {
        String expected =
            known.isEmpty() ? "none is known here" : "known are " + String.join(", ", known);
        wrong(name, "is not a query parameter here; " + expected, null);
      }
    }
  }

  int limit() {
    String text = one(LIMIT);
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
      wrong(LIMIT, "must be a whole number between 1 and " + MOST, "50");
      return DEFAULT_LIMIT;
    }
    return Integer.parseInt(text);
  }

  /** The id after which a page begins; null: the first page. */
  @Nullable UUID after() {
    String cursor = one(AFTER);
    if (cursor == null) {
      return null;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() == 2 * Long.BYTES) {
        return new UUID(bytes.getLong(), bytes.getLong());
      }
    } catch (IllegalArgumentException noBase64) {
      // said below
    }
    wrong(AFTER, "must be the \"next\" of the page before", null);
    return null;
  }

  @Nullable String text(String name) {
    String text = one(name);
    if (text != null && (text.isEmpty() || text.indexOf(0) >= 0)) {
      wrong(name, "must not be empty", null);
      return null;
    }
    return text;
  }

  List<String> texts(String name) {
    return parameters.getAll(name);
  }

  @Nullable UUID id(String name) {
    String text = one(name);
    if (text != null && !Fields.isUuid(text)) {
      wrong(name, "must be an id", "019a0000-0000-7000-8000-000000000001");
      return null;
    }
    return text == null ? null : UUID.fromString(text);
  }

  @Nullable Instant instant(String name) {
    String text = one(name);
    if (text == null) {
      return null;
    }
    // A plus that was not escaped arrives as a space.
    Instant instant = Fields.instantOf(text.replace(' ', '+'));
    if (instant == null) {
      wrong(name, "must be an instant, as in RFC 3339", INSTANT_EXAMPLE);
    }
    return instant;
  }

  /** ISO 8601, from nothing up to the longest. */
  @Nullable Duration duration(String name, Duration longest, String example) {
    String text = one(name);
    if (text == null) {
      return null;
    }
    try {
      Duration duration = Duration.parse(text);
      if (!duration.isNegative() && duration.compareTo(longest) <= 0) {
        return duration;
      }
      wrong(name, "must be between PT0S and " + "PT" + longest.toSeconds() + "S", example);
    } catch (DateTimeException unreadable) {
      wrong(name, "must be an ISO 8601 duration", example);
    }
    return null;
  }

  /** An instant at which something could fire: in the years 1900 to 9999. */
  @Nullable Instant fireInstant(String name) {
    Instant instant = instant(name);
    if (instant != null && !Fields.isFireInstant(instant)) {
      wrong(name, "lies outside the years 1900 to 9999", INSTANT_EXAMPLE);
      return null;
    }
    return instant;
  }

  @Nullable Integer year(String name) {
    String text = one(name);
    if (text != null && !text.matches("(19|[2-9]\\d)\\d\\d")) {
      wrong(name, "must be a year from 1900 to 9999", "2026");
      return null;
    }
    return text == null ? null : Integer.valueOf(text);
  }

  /** An ISO 8601 date. */
  @Nullable LocalDate date(String name) {
    String text = one(name);
    LocalDate date = text == null ? null : CalendarReader.dateOf(text);
    if (text != null && date == null) {
      wrong(name, "must be a date of the years 1900 to 9999", "2026-12-31");
    }
    return date;
  }

  /** True or false; absent is false. */
  boolean flag(String name) {
    String text = one(name);
    if (text != null && !text.equals("true") && !text.equals("false")) {
      wrong(name, "must be true or false", "true");
    }
    return "true".equals(text);
  }

  <E extends Enum<E>> @Nullable E choice(String name, Class<E> choices) {
    String text = one(name);
    List<String> names = Arrays.stream(choices.getEnumConstants()).map(Enum::name).toList();
    if (text != null && !names.contains(text)) {
      wrong(name, "must be one of " + String.join(", ", names), names.get(0));
      return null;
    }
    return text == null ? null : Enum.valueOf(choices, text);
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when anything was wrong
   */
  void check() {
    errors.throwIfAny();
  }

  /** A page as it is answered, with the link to the next. */
  Answer answer(Page<?> page) {
    UUID next = page.next();
    if (next == null) {
      return Answer.ok(new ListBody(page.items(), null));
    }
    String cursor = cursor(next);
    return Answer.ok(new ListBody(page.items(), cursor))
        .with("Link", "<" + path + "?" + queryWith(cursor) + ">; rel=\"next\"");
  }

  private record ListBody(List<?> items, @Nullable String next) {}

  private static String cursor(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private String queryWith(String cursor) {
    String others =
        parameters.entries().stream()
            .filter(entry -> !entry.getKey().equals(AFTER))
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()) + "&")
            .collect(Collectors.joining());
    return others + AFTER + "=" + cursor;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private @Nullable String one(String name) {
    List<String> values = parameters.getAll(name);
    if (values.size() > 1) {
      wrong(name, "is there more than once", null);
    }
    return values.isEmpty() ? null : values.get(0);
  }

  void wrong(String name, String message, @Nullable String example) {
    String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
    errors.wrong("?" + shown, shown + ": " + message, example);
  }
}
