package dev.carillon.catalog.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.JsonText;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What parameters have to fit, and what no tenant's schema may do to the others. */
class ParamsSchemaTest {

  private static final String INVOICE =
      """
      {'type':'object','required':['month','customer'],'additionalProperties':false,
       'properties':{'month':{'type':'string','pattern':'^[0-9]{4}-[0-9]{2}$'},
                     'customer':{'$ref':'#/$defs/customer'},
                     'copies':{'type':'integer','minimum':1,'maximum':9},
                     'due':{'type':'string','format':'date-time'}},
       '$defs':{'customer':{'type':'object','required':['id'],'properties':{'id':{'type':'integer'}}}}}
      """;

  private static ObjectNode json(String text) {
    return (ObjectNode) JsonText.stored(text.replace('\'', '"'));
  }

  private static ParamsSchema schema(String text) {
    return ParamsSchema.of(json(text));
  }

  private static List<FieldError> refusals(Runnable doing) {
    return catchThrowableOfType(InvalidInput.class, doing::run).errors();
  }

  private static List<FieldError> violations(String schema, String params) {
    return refusals(() -> schema(schema).check(json(params)));
  }

  private static String repeated(String text, int times) {
    return text.repeat(times);
  }

  @Test
  void letsPassWhatFits() {
    ParamsSchema schema = schema(INVOICE);

    assertThatCode(
            () ->
                schema.check(
                    json(
                        "{'month':'2026-01','customer':{'id':4711},'copies':2,'due':'2026-01-01T00:00:00Z'}")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'customer':{'id':1}}                                     | /params/month
          {'month':'2026-01'}                                       | /params/customer
          {'month':'January','customer':{'id':1}}                   | /params/month
          {'month':'2026-01','customer':{'id':'x'}}                 | /params/customer/id
          {'month':'2026-01','customer':{}}                         | /params/customer/id
          {'month':'2026-01','customer':{'id':1},'copies':0}        | /params/copies
          {'month':'2026-01','customer':{'id':1},'colour':'red'}    | /params/colour
          {'month':'2026-01','customer':{'id':1},'due':'tomorrow'}  | /params/due
          """)
  void pointsAtWhatDoesNot(String params, String pointer) {
    assertThat(violations(INVOICE, params))
        .extracting(FieldError::pointer)
        .containsExactly(pointer);
  }

  @Test
  void saysAllThatIsWrongButNoValueAndNotWithoutEnd() {
    List<FieldError> wrong =
        violations(INVOICE, "{'month':'s3cret','customer':{'id':'s3cret'},'copies':77}");

    assertThat(wrong).hasSize(3);
    assertThat(wrong).noneMatch(error -> error.message().contains("s3cret"));
    assertThat(wrong).noneMatch(error -> error.message().contains("77"));

    String many = "{'a':[" + repeated("'x',", 4_999) + "'x']}";
    assertThat(violations("{'properties':{'a':{'items':{'type':'integer'}}}}", many))
        .hasSizeLessThanOrEqualTo(20);
  }

  @Test
  void asksOfDefaultsOnlyWhatAPartCanKeep() {
    ParamsSchema schema = schema(INVOICE);

    assertThatCode(() -> schema.checkDefaults(json("{'copies':2}"))).doesNotThrowAnyException();
    assertThatCode(() -> schema.checkDefaults(null)).doesNotThrowAnyException();
    assertThat(refusals(() -> schema.checkDefaults(json("{'copies':'two'}"))))
        .extracting(FieldError::pointer)
        .containsExactly("/params/copies");
  }

  @Test
  void takesNoParamsForAnEmptyObject() {
    assertThat(refusals(() -> schema("{'required':['a']}").check(null)))
        .extracting(FieldError::pointer)
        .containsExactly("/params/a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'type':'text'}                                          | /paramsSchema/type
          {'properties':{'a':{'minimum':'1'}}}                     | /paramsSchema/properties/a/minimum
          {'required':'a'}                                         | /paramsSchema/required
          {'$schema':'https://example.org/mine'}                   | /paramsSchema/$schema
          {'$ref':'https://example.org/schema.json'}               | /paramsSchema/$ref
          {'$ref':'file:///etc/passwd'}                            | /paramsSchema/$ref
          {'$ref':'classpath:/application.properties'}             | /paramsSchema/$ref
          {'$ref':'other.json#/a'}                                 | /paramsSchema/$ref
          {'$ref':'#anchor'}                                       | /paramsSchema/$ref
          {'$ref':'#/$defs/missing'}                               | /paramsSchema/$ref
          {'items':{'$ref':'http://127.0.0.1/'}}                   | /paramsSchema/items/$ref
          {'properties':{'a':{'$id':'http://example.org/'}}}       | /paramsSchema/properties/a/$id
          {'$dynamicRef':'#meta'}                                  | /paramsSchema/$dynamicRef
          {'const':{'$ref':'http://x/'},'$ref':'#/const'}          | /paramsSchema/const/$ref
          {'properties':{'a':{'pattern':'(['}}}                    | /paramsSchema/properties/a/pattern
          {'patternProperties':{'(':{}}}                           | /paramsSchema/patternProperties/(
          {'properties':{'a':{'$ref':'#'}}}                        | /paramsSchema
          {'$defs':{'a':{'allOf':[{'$ref':'#/$defs/a'}]}}}         | /paramsSchema/$defs/a
          """)
  void refusesASchemaThatIsWrongOrReachesOutside(String schema, String pointer) {
    assertThat(refusals(() -> schema(schema))).extracting(FieldError::pointer).contains(pointer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-04/schema#"
      })
  void speaksTheDraftThatIsNamed(String draft) {
    String schema = "{'$schema':'" + draft + "','properties':{'a':{'type':'integer'}}}";

    assertThatCode(() -> schema(schema).check(json("{'a':1}"))).doesNotThrowAnyException();
    assertThat(violations(schema, "{'a':'x'}")).hasSize(1);
  }

  @Test
  void tellsDataFromSchemas() {
    assertThatCode(
            () ->
                schema(
                    "{'$id':'https://example.org/a','properties':{'$ref':{'const':{'$ref':'http://x/'}},"
                        + "'$id':{'default':{'$ref':'http://x/'}}}}"))
        .doesNotThrowAnyException();
  }

  /** Thirty times twice as much is more than any machine does. */
  @Test
  void refusesWhatRefersToTooMuch() {
    StringBuilder definitions = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      definitions.append(
          "'d%d':{'allOf':[{'$ref':'#/$defs/d%d'},{'$ref':'#/$defs/d%d'}]},"
              .formatted(i, i + 1, i + 1));
    }
    String bomb = "{'$ref':'#/$defs/d0','$defs':{" + definitions + "'d30':{'type':'object'}}}";

    List<FieldError> errors =
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> refusals(() -> schema(bomb)));

    assertThat(errors).extracting(FieldError::pointer).containsExactly("/paramsSchema");
  }

  @Test
  void refusesASchemaThatIsNestedTooDeeplyOrTooLarge() {
    String deep = repeated("{'items':", 100) + "{}" + repeated("}", 100);
    assertThat(refusals(() -> schema(deep)).get(0).message()).contains("nested deeper");

    for (String nest : List.of("{'items':", "{'not':", "{'default':")) {
      String deeper = repeated(nest, 900) + "{}" + repeated("}", 900);
      assertThat(refusals(() -> schema(deeper)).get(0).message()).contains("nested deeper");
    }

    String large = "{'description':'" + repeated("x", 70_000) + "'}";
    assertThat(refusals(() -> schema(large)).get(0).message()).contains("64 KiB");
  }

  @Test
  void refusesMoreValuesThanItWouldCheck() {
    String schema = "{'items':{},'allOf':[" + repeated("{'type':'object'},", 900) + "{}]}";
    String params = "{'a':[" + repeated("1,", 50_000) + "1]}";

    assertThat(violations(schema, params).get(0).message()).contains("too many values");
  }

  @ParameterizedTest
  @ValueSource(strings = {"^(a+)+$", "^(a|a)*$", "^(.*)*x$", "^(a?){50}a{50}$", "(x+x+)+y"})
  void givesUpAPatternThatBacktracksWithoutEnd(String pattern) {
    String schema = "{'properties':{'a':{'pattern':'" + pattern + "'}}}";
    String params = "{'a':'" + repeated("a", 2_000) + repeated("x", 2_000) + "!'}";

    List<FieldError> errors =
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> violations(schema, params));

    assertThat(errors).hasSize(1);
  }

  /** The library's own expressions, too, and as much as is checked at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "idn-email",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "time",
        "uri",
        "uri-reference",
        "uri-template",
        "uuid"
      })
  void asksNoFormatForLong(String format) {
    ParamsSchema schema = schema("{'properties':{'a':{'items':{'format':'" + format + "'}}}}");
    String texts =
        "'%s','%s!','%s','%s@%s','%s'"
            .formatted(
                repeated("a", 30_000),
                repeated("a.", 20_000),
                repeated("1:", 20_000),
                repeated("a-", 10_000),
                repeated("a.", 10_000),
                repeated("xn--é", 8_000));

    assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> refusalsIfAny(schema, "{'a':[" + texts + "]}"));
  }

  private static void refusalsIfAny(ParamsSchema schema, String params) {
    try {
      schema.check(json(params));
    } catch (InvalidInput wrong) {
      assertThat(wrong.errors()).hasSizeLessThanOrEqualTo(20);
    }
  }

  @Test
  void takesNotLongForTheMostThatItChecks() {
    ParamsSchema schema =
        schema(
            "{'properties':{'a':{'items':{'allOf':["
                + repeated("{'type':'string'},", 990)
                + "{}]}}}}");
    String params = "{'a':[" + repeated("1,", 990) + "1]}";

    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> refusalsIfAny(schema, params));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(){999999999}", "((((){1000}){1000}){1000}){1000}", "(?:){5,999999999}"})
  void refusesAPatternThatRepeatsNothingForEver(String pattern) {
    List<FieldError> errors =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> refusals(() -> schema("{'pattern':'" + pattern + "'}")));

    assertThat(errors.get(0).message()).contains("repeats more than");
  }

  /** Java would repeat what is not read as repeated here, or not count at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?:a{1}{100000000}){20}",
        "(?:{100000000}){20}",
        "a|{100000000}",
        "a+{2}",
        "a{2}?{3}",
        "a**",
        "(?x)(?:a{1} {100000000}){20}",
        "(?x:a)",
        "(?-i)a",
        "\\\\Q[\\\\E(?:(?:){9999}){9999}\\\\Q]\\\\E",
        "\\\\c[(?:(?:){9999}){9999}]",
        "[\\\\c\\\\](?:(?:){9999}){9999}]",
        "[\\\\Q]\\\\E]"
      })
  void refusesAPatternThatWouldNotRunAsItIsRead(String pattern) {
    List<FieldError> errors =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> refusals(() -> schema("{'pattern':'" + pattern + "'}")));

    assertThat(errors.get(0).message()).contains("is not a regular expression that can be used");
  }

  /** Each look at a character counts; these would go on for ever without one. */
  @ParameterizedTest
  @ValueSource(
      strings = {"(|){30}(?!)", "(?:(?:)?){30}(?!)", "(^|^){30}(?!)", "((a?|b?)*){30}(?!)"})
  void refusesAPatternThatTriesTooManyWaysOfMatchingNothing(String repeated) {
    String part = repeated.substring(0, repeated.indexOf("{30}"));
    String pattern = repeated(part, 30) + "(?!)";

    List<FieldError> errors =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> refusals(() -> schema("{'pattern':'" + pattern + "'}")));

    assertThat(errors.get(0).message()).contains("repeats more than");
  }

  @Test
  void givesUpAPatternThatRepeatsNothingAtEachPlaceOfAText() {
    String schema = "{'properties':{'a':{'pattern':'(?:){40000}b'}}}";

    List<FieldError> errors =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5),
            () -> violations(schema, "{'a':'" + repeated("a", 500_000) + "'}"));

    assertThat(errors.get(0).message()).contains("tries too many ways");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ^\\p{L}{2,3}$   | äöü    | true
          ^\\p{L}{2,3}$   | ä      | false
          ^(?:ab?c){1,2}?$ | abc  | true
          ^(?=.*[0-9])(?<all>[a-z0-9]{3,})$ | ab1 | true
          ^(?!x)(?:[a-z]+(?:-[a-z]+)*)?$ | ab-cd | true
          ^\\w+@(?:\\w+\\.)+(?:de)$ | me@mail.example.de | true
          ^\\cA?x$      | x      | true
          ^a$            | a      | true
          ^a$            | ab     | false
          b              | abc    | true
          ^[[a]$         | [      | true
          ^[a&&b]+$      | a&b    | true
          ^[^a]$         | b      | true
          ^[\\]x]+$      | ]x     | true
          ^\\$5$         | $5     | true
          ^(?:a+b){2}$   | aabab  | true
          ^[0-9a-f]{8}-[0-9a-f]{4}$ | 0123abcd-12ef | true
          """)
  void readsPatternsAsJsonSchemaMeansThem(String pattern, String text, boolean matches) {
    BoundedPattern.begin();
    try {
      assertThat(BoundedPattern.compile(pattern).matches(text)).isEqualTo(matches);
      assertThat(BoundedPattern.compile("^a$").matches("a\n")).isFalse();
    } finally {
      BoundedPattern.end();
    }
  }
}
