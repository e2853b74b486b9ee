package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, asked for by name. A field that is absent or null answers null;
 * one that is wrong is noted and answers null too, so that reading goes on to the next. {@link
 * #refuseOthers} closes the reading: whatever was not asked for is refused by its name.
 */
public final class Fields {

  private static final Pattern RFC_3339 =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
  private static final Pattern UUID_SHAPED =
      Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final JsonNode object;
  private final String pointer;
  private final FieldErrors errors;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> wrong = new LinkedHashSet<>();

  private Fields(JsonNode object, String pointer, FieldErrors errors) {
    this.object = object;
    this.pointer = pointer;
    this.errors = errors;
  }

  /** The fields of a body. */
  public static Fields of(JsonNode body, FieldErrors errors) {
    return of(body, "", errors);
  }

  static Fields of(JsonNode node, String pointer, FieldErrors errors) {
    if (node.isObject()) {
      return new Fields(node, pointer, errors);
    }
    if (node.isMissingNode()) {
      errors.wrongType(pointer, "a JSON object is expected, the body is empty", "{}");
    } else {
      errors.wrongType(pointer, "must be an object, not " + typeOf(node), "{}");
    }
    return new Fields(JsonText.object(), pointer, errors);
  }

  public FieldErrors errors() {
    return errors;
  }

  /** Where a field stands, as a JSON Pointer (RFC 6901). */
  public String at(String name) {
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
  }

  public boolean has(String name) {
    return !node(name).isMissingNode();
  }

  /** Notes that a field without which it does not go is missing; nothing when it is there. */
  public <T> @Nullable T required(String name, @Nullable T value, String example) {
    if (value == null && !has(name) && wrong.add(name)) {
      errors.wrong(at(name), name + " is required", example);
    }
    return value;
  }

  public @Nullable String text(String name, int longest, String example) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return null;
    }
    if (!node.isTextual()) {
      return wrongType(name, "must be a string, not " + typeOf(node), example);
    }
    String text = node.textValue();
    if (text.length() > longest) {
      return wrong(name, "is longer than " + longest + " characters", example);
    }
    if (!Storable.isStorable(text)) {
      return wrong(name, "contains the NUL character or half of a surrogate pair", example);
    }
    return text;
  }

  /** The stable name of a job or schedule. */
  public @Nullable String key(String name, String example) {
    String key = text(name, 1_000, example);
    if (key == null) {
      return null;
    }
    if (!KEY.matcher(key).matches()) {
      return wrong(
          name,
          "must be 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':' and '-', beginning with a letter or digit",
          example);
    }
    if (UUID_SHAPED.matcher(key).matches()) {
      return wrong(name, "must not have the form of a UUID, which is how ids look", example);
    }
    return key;
  }

  /** The name of a queue. */
  public @Nullable String queue(String name) {
    String queue = text(name, 1_000, "default");
    if (queue != null && !NAME.matcher(queue).matches()) {
      return wrong(
          name,
          "must be 1 to 63 of a-z, 0-9, '_' and '-', beginning with a letter or digit",
          "default");
    }
    return queue;
  }

  public @Nullable Integer integer(String name, int least, int most) {
    JsonNode node = node(name);
    String example = Integer.toString(least);
    if (node.isMissingNode()) {
      return null;
    }
    if (!node.isIntegralNumber()) {
      return wrongType(name, "must be a whole number, not " + typeOf(node), example);
    }
    if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
      return wrong(name, "must be between " + least + " and " + most, example);
    }
    return node.intValue();
  }

  public @Nullable Boolean flag(String name) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return null;
    }
    return node.isBoolean()
        ? (Boolean) node.booleanValue()
        : wrongType(name, "must be true or false, not " + typeOf(node), "true");
  }

  public <E extends Enum<E>> @Nullable E choice(String name, Class<E> choices) {
    String chosen = choice(name, names(choices));
    return chosen == null ? null : Enum.valueOf(choices, chosen);
  }

  /** Of an enum to which later versions will add. */
  public <E extends Enum<E>> @Nullable E choiceSoFar(String name, Class<E> choices) {
    String chosen = choiceSoFar(name, names(choices));
    return chosen == null ? null : Enum.valueOf(choices, chosen);
  }

  private static List<String> names(Class<? extends Enum<?>> choices) {
    return Arrays.stream(choices.getEnumConstants()).map(Enum::name).toList();
  }

  public @Nullable String choice(String name, List<String> choices) {
    return choice(name, choices, "");
  }

  /** Of a list to which later versions will add. */
  public @Nullable String choiceSoFar(String name, List<String> choices) {
    return choice(name, choices, " in this version");
  }

  private @Nullable String choice(String name, List<String> choices, String where) {
    String text = text(name, 1_000, choices.get(0));
    if (text != null && !choices.contains(text)) {
      return wrong(
          name,
          "must be one of " + String.join(", ", choices) + where + ", not " + shown(text),
          choices.get(0));
    }
    return text;
  }

  /** ISO 8601, of days and smaller units, to the millisecond. */
  public @Nullable Duration duration(
      String name, Duration shortest, Duration longest, String example) {
    String text = text(name, 100, example);
    if (text == null) {
      return null;
    }
    Duration duration;
    try {
      duration = Duration.parse(text).truncatedTo(ChronoUnit.MILLIS);
    } catch (DateTimeException | ArithmeticException unreadable) {
      return wrong(
          name,
          shown(text) + " is not an ISO 8601 duration of days, hours, minutes, seconds",
          example);
    }
    if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
      return wrong(name, "must be between " + shortest + " and " + longest, example);
    }
    return duration;
  }

  /** RFC 3339, with Z or an offset, from 1900 to 9999, to the microsecond. */
  public @Nullable Instant instant(String name) {
    String example = "2026-12-01T10:00:00Z";
    String text = text(name, 100, example);
    return text == null ? null : instant(name, text, example);
  }

  private @Nullable Instant instant(String name, String text, String example) {
    Instant instant = instantOf(text);
    if (instant == null) {
      return wrong(
          name,
          shown(text) + " is not an instant: date, time and Z or an offset, as in RFC 3339",
          example);
    }
    if (!isFireInstant(instant)) {
      return wrong(name, "lies outside the years 1900 to 9999", example);
    }
    return instant;
  }

  /** An RFC 3339 text as an instant to the microsecond; null when it is none. */
  public static @Nullable Instant instantOf(String text) {
    if (!RFC_3339.matcher(text).matches()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT))
          .toInstant()
          .truncatedTo(ChronoUnit.MICROS);
    } catch (DateTimeException noSuchDay) {
      return null;
    }
  }

  /** Whether an instant lies in the years 1900 to 9999, in which triggers fire. */
  public static boolean isFireInstant(Instant instant) {
    return !instant.isBefore(EARLIEST) && !instant.isAfter(LATEST);
  }

  public static boolean isUuid(String text) {
    return UUID_SHAPED.matcher(text).matches();
  }

  /** Whether a text can be a key; what cannot need not be looked for. */
  public static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }

  /** An object whose content is the caller's own affair, as long as it can be stored. */
  public @Nullable ObjectNode freeObject(String name, String example) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return null;
    }
    if (!node.isObject()) {
      return wrongType(name, "must be an object, not " + typeOf(node), example);
    }
    String unstorable = Storable.firstUnstorable(node, at(name));
    if (unstorable != null) {
      wrong.add(name);
      errors.wrong(
          unstorable,
          "holds the NUL character, half of a surrogate pair, or a number beyond 1e±1000",
          example);
      return null;
    }
    return (ObjectNode) node;
  }

  /** An object of strings. */
  public @Nullable Map<String, String> texts(
      String name, int mostEntries, int longest, String example) {
    ObjectNode node = freeObject(name, example);
    if (node == null) {
      return null;
    }
    if (node.size() > mostEntries) {
      return wrong(name, "has more than " + mostEntries + " entries", example);
    }
    Fields entries = new Fields(node, at(name), errors);
    Map<String, String> texts = new LinkedHashMap<>();
    node.fieldNames()
        .forEachRemaining(
            entry -> {
              if (entry.isEmpty() || entry.length() > longest) {
                errors.wrong(
                    entries.at(shown(entry)),
                    "the name must have 1 to " + longest + " characters",
                    example);
                return;
              }
              if (node.get(entry).isNull()) {
                errors.wrongType(entries.at(entry), "must be a string, not null", example);
                return;
              }
              String text = entries.text(entry, longest, example);
              if (text != null) {
                texts.put(entry, text);
              }
            });
    return texts;
  }

  /** A list of strings. */
  public @Nullable List<String> list(String name, int most, String example) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return null;
    }
    if (!node.isArray()) {
      return wrongType(name, "must be a list, not " + typeOf(node), "[\"" + example + "\"]");
    }
    if (node.size() > most) {
      return wrong(name, "has more than " + most + " elements", "[\"" + example + "\"]");
    }
    List<String> list = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      JsonNode element = node.get(i);
      if (!element.isTextual()) {
        wrong.add(name);
        errors.wrongType(at(name) + "/" + i, "must be a string, not " + typeOf(element), example);
        return null;
      }
      list.add(element.textValue());
    }
    return list;
  }

  /** The fields of an object within this one; null when it is absent or no object. */
  public @Nullable Fields within(String name, String example) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return null;
    }
    if (!node.isObject()) {
      return wrongType(name, "must be an object, not " + typeOf(node), example);
    }
    return new Fields(node, at(name), errors);
  }

  /** Whether something was said to be wrong with a field. */
  public boolean isWrong(String name) {
    return wrong.contains(name);
  }

  public <T> @Nullable T wrong(String name, String message, @Nullable String example) {
    return wrong(name, null, message, example);
  }

  public <T> @Nullable T wrong(
      String name, @Nullable Integer position, String message, @Nullable String example) {
    wrong.add(name);
    errors.wrong(at(name), position, named(name, message), example);
    return null;
  }

  /** An error within a field, {@code path} naming the place: {@code exdate/2}. */
  void wrongWithin(
      String path, @Nullable Integer position, String message, @Nullable String example) {
    wrong.add(path);
    errors.wrong(pointer + "/" + path, position, named(path, message), example);
  }

  private <T> @Nullable T wrongType(String name, String message, String example) {
    wrong.add(name);
    errors.wrongType(at(name), named(name, message), example);
    return null;
  }

  /** Fields that a person can expect, but that nothing here obeys: better refused than ignored. */
  public void refuseUnsupported(List<String> names) {
    refuse(names, "is not supported in this version");
  }

  /** Fields that are told and never taken. */
  public void refuseReadOnly(List<String> names) {
    refuse(names, "is read-only");
  }

  private void refuse(List<String> names, String because) {
    for (String name : names) {
      if (object.has(name) && known.add(name)) {
        errors.wrong(at(name), name + " " + because, null);
      }
    }
  }

  /** Refuses every field that nobody asked for. */
  public void refuseOthers() {
    String expected = known.stream().sorted().collect(Collectors.joining(", "));
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                String shown = shown(name);
                errors.wrong(
                    at(shown),
                    shown
                        + " is not a field here"
                        + (expected.isEmpty() ? "" : "; known are " + expected),
                    null);
              }
            });
  }

  private JsonNode node(String name) {
    known.add(name);
    JsonNode node = object.path(name);
    return node.isNull() ? MissingNode.getInstance() : node;
  }

  private static String named(String name, String message) {
    return name + ": " + message;
  }

  private static String shown(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  private static String typeOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "a boolean";
      case NUMBER -> node.isIntegralNumber() ? "a number" : "a number with decimals";
      case OBJECT -> "an object";
      case STRING -> "a string";
      default -> "null";
    };
  }
}
