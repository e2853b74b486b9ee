package dev.carillon.catalog.params;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A schema that is compiled, and may be asked by many threads. */
public final class ParamsSchema {

  private static final String SCHEMA = "/paramsSchema";
  private static final String PARAMS = "/params";
  private static final int MOST_BYTES = 64 * 1024;

  /** Schemas times values: where none fits, a second of work. */
  private static final long MOST_WORK = 1_000_000;

  /** So many looks at characters take as long as one schema on one value. */
  private static final int LOOKS_A_CHECK = 100;

  private static final int MOST_VIOLATIONS = 20;
  private static final int LONGEST_MESSAGE = 300;
  private static final int LONGEST_POINTER = 300;
  private static final String DEFAULT_DRAFT = "https://json-schema.org/draft/2020-12/schema";

  /** What only the whole of the parameters can keep; defaults are a part. */
  private static final Set<String> OF_THE_WHOLE =
      Set.of("required", "dependentRequired", "dependencies", "minProperties", "contains");

  /** Whether these hold shows when all parameters are there. */
  private static final List<String> ALTERNATIVES =
      List.of("/anyOf", "/oneOf", "/not", "/if", "/then", "/else", "/dependent", "/dependencies");

  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder()
          .formatAssertionsEnabled(true)
          .regularExpressionFactory(BoundedPattern::compile)
          .pathType(PathType.JSON_POINTER)
          .locale(Locale.ROOT)
          .build();

  private final JsonSchema schema;
  private final long places;

  private ParamsSchema(JsonSchema schema, long places) {
    this.schema = schema;
    this.places = places;
  }

  /**
   * Checks and compiles a schema. Takes milliseconds, so it is for a worker thread.
   *
   * @throws dev.carillon.catalog.input.InvalidInput saying what is wrong with it, and where
   */
  public static ParamsSchema of(ObjectNode text) {
    FieldErrors errors = new FieldErrors();
    if (JsonText.write(text).getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      errors.tooLarge(SCHEMA, "paramsSchema must not exceed 64 KiB");
      errors.throwIfAny();
    }
    VersionFlag draft = draft(text, errors);
    errors.throwIfAny();
    // First, for whoever checks its form goes as deep as it does.
    SchemaShape.checkDepth(text, SCHEMA, errors);
    errors.throwIfAny();
    checkForm(draft, text, errors);
    errors.throwIfAny();
    long places = SchemaShape.check(text, SCHEMA, errors);
    errors.throwIfAny();
    return new ParamsSchema(compiled(draft, text), places);
  }

  /**
   * @param params resolved; null: none, which is an empty object
   * @return how much work it was: a million is a second
   * @throws dev.carillon.catalog.input.InvalidInput naming what does not fit, without its value
   */
  public long check(@Nullable ObjectNode params) {
    return check(params, violation -> true);
  }

  /**
   * Parameters that others will be laid over: what is missing is no error yet.
   *
   * @throws dev.carillon.catalog.input.InvalidInput naming what does not fit, without its value
   */
  public void checkDefaults(@Nullable ObjectNode params) {
    check(params, ParamsSchema::isOfAPart);
  }

  private long check(@Nullable ObjectNode params, Predicate<ValidationMessage> counts) {
    ObjectNode given = params == null ? JsonText.object() : params;
    long work = values(given) * places;
    if (work > MOST_WORK) {
      throw FieldErrors.invalid(
          PARAMS, "params: have too many values to be checked against so large a schema", null);
    }
    FieldErrors errors = new FieldErrors();
    BoundedPattern.Effort effort = BoundedPattern.begin();
    violations(given, effort).stream()
        .filter(counts)
        .limit(MOST_VIOLATIONS)
        .forEach(violation -> errors.wrong(pointer(violation), message(violation), null));
    errors.throwIfAny();
    return work + effort.looks() / LOOKS_A_CHECK;
  }

  private Collection<ValidationMessage> violations(
      ObjectNode params, BoundedPattern.Effort effort) {
    try {
      Set<ValidationMessage> found = schema.validate(params);
      if (effort.isSpent()) {
        throw FieldErrors.invalid(
            PARAMS,
            "params: a pattern of the schema tries too many ways to match them; write it so that no"
                + " repetition stands within another",
            null);
      }
      return found;
    } catch (StackOverflowError tooLong) {
      // Some formats are regular expressions of the library, and recurse for each character.
      throw FieldErrors.invalid(
          PARAMS, "params: hold a text that is too long to be checked against its format", null);
    } finally {
      BoundedPattern.end();
    }
  }

  private static VersionFlag draft(ObjectNode text, FieldErrors errors) {
    JsonNode named = text.path("$schema");
    String wanted = named.isTextual() ? named.textValue() : DEFAULT_DRAFT;
    String plain = wanted.endsWith("#") ? wanted.substring(0, wanted.length() - 1) : wanted;
    for (VersionFlag draft : VersionFlag.values()) {
      if (draft.getId().replace("#", "").equals(plain)) {
        return draft;
      }
    }
    errors.wrong(
        SCHEMA + "/$schema",
        "names no draft that is known here: 2020-12, 2019-09, 7, 6 or 4",
        DEFAULT_DRAFT);
    return VersionFlag.V202012;
  }

  private static void checkForm(VersionFlag draft, ObjectNode text, FieldErrors errors) {
    JsonSchema form =
        JsonSchemaFactory.getInstance(draft)
            .getSchema(
                SchemaLocation.of(draft.getId()),
                SchemaValidatorsConfig.builder()
                    .pathType(PathType.JSON_POINTER)
                    .locale(Locale.ROOT)
                    .build());
    form.validate(text).stream()
        .limit(MOST_VIOLATIONS)
        .forEach(
            wrong ->
                errors.wrong(
                    cut(SCHEMA + wrong.getInstanceLocation(), LONGEST_POINTER),
                    message(wrong),
                    null));
  }

  /** It is known by no name and finds nothing by any. */
  private static JsonSchema compiled(VersionFlag draft, ObjectNode text) {
    ObjectNode nameless = text.deepCopy();
    nameless.remove(List.of("$schema", "$id", "id"));
    JsonSchemaFactory closed =
        JsonSchemaFactory.getInstance(
            draft,
            factory ->
                factory
                    .enableSchemaCache(false)
                    .schemaLoaders(
                        loaders ->
                            loaders.values(
                                list -> {
                                  list.clear();
                                  list.add(DisallowSchemaLoader.getInstance());
                                })));
    try {
      JsonSchema schema = closed.getSchema(nameless, CONFIG);
      schema.initializeValidators();
      return schema;
    } catch (JsonSchemaException | IllegalArgumentException | StackOverflowError unusable) {
      throw FieldErrors.invalid(
          SCHEMA,
          cut("paramsSchema: cannot be used: " + unusable.getMessage(), LONGEST_MESSAGE),
          null);
    }
  }

  private static boolean isOfAPart(ValidationMessage violation) {
    String path = violation.getEvaluationPath().toString();
    return !OF_THE_WHOLE.contains(violation.getType())
        && ALTERNATIVES.stream().noneMatch(path::contains);
  }

  private static long values(JsonNode node) {
    long count = 1;
    for (JsonNode child : node) {
      count += values(child);
    }
    return count;
  }

  /** What is missing, or too much, is named as if it stood there. */
  private static String pointer(ValidationMessage violation) {
    JsonNodePath at = violation.getInstanceLocation();
    String property = violation.getProperty();
    String pointer = PARAMS + at;
    return cut(
        property == null ? pointer : pointer + "/" + property.replace("~", "~0").replace("/", "~1"),
        LONGEST_POINTER);
  }

  /** The library's words, which name places and what the schema says, but no value. */
  private static String message(ValidationMessage violation) {
    String text = violation.getMessage();
    String place = violation.getInstanceLocation() + ": ";
    return cut(text.startsWith(place) ? text.substring(place.length()) : text, LONGEST_MESSAGE);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }
}
