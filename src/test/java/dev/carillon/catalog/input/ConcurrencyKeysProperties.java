package dev.carillon.catalog.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.testing.EngineFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What is accepted as a template here, the database makes keys from, and the right ones. */
class ConcurrencyKeysProperties {

  private static EngineFixture engine;

  @BeforeContainer
  static void open() {
    engine = new EngineFixture();
  }

  @AfterContainer
  static void close() {
    engine.close();
  }

  private static String key(String template, String params, String scope) {
    return (String)
        engine
            .row(
                "select carillon_concurrency_key(?, ?::jsonb, ?::jsonb) as key",
                template,
                params,
                scope)
            .get("key");
  }

  /** A part of a template, and what stands in its place. */
  record Part(String written, String read) {}

  @Property(tries = 150)
  void theDatabaseReplacesEachPlaceByItsValue(@ForAll("parts") List<Part> parts) {
    StringBuilder template = new StringBuilder("k");
    StringBuilder expected = new StringBuilder("k");
    parts.forEach(
        part -> {
          template.append(part.written);
          expected.append(part.read);
        });

    assertThat(ConcurrencyKeys.firstWrong(template.toString())).isNull();
    assertThat(
            key(
                template.toString(),
                "{\"a\":\"one\",\"b\":{\"c\":2,\"d e\":[\"x\",{\"f\":true}]},\"n\":null,\"q\":\"{params.a}\"}",
                "{\"customer\":\"4711\",\"a.b\":\"dotted\"}"))
        .isEqualTo(expected.toString());
  }

  @Provide
  Arbitrary<List<Part>> parts() {
    Arbitrary<Part> places =
        Arbitraries.of(
            new Part("{params.a}", "one"),
            new Part("{params.b.c}", "2"),
            new Part("{params.b.d e.0}", "x"),
            new Part("{params.b.d e.1.f}", "true"),
            new Part("{params.n}", ""),
            new Part("{params.missing.too}", ""),
            new Part("{scope.customer}", "4711"),
            new Part("{scope.a.b}", "dotted"),
            new Part("{scope.missing}", ""),
            // What a value says is not read as a template again.
            new Part("{params.q}", "{params.a}"));
    Arbitrary<Part> texts =
        Arbitraries.strings()
            .withCharRange(' ', 'z')
            .withChars('ä', '|', '€')
            .ofMaxLength(8)
            .map(text -> new Part(text, text));
    return Arbitraries.oneOf(places, texts).list().ofMaxSize(6);
  }

  /** Whatever is refused here would leave braces behind there; whatever is not, leaves none. */
  @Property(tries = 150)
  void noBraceIsLeftOfWhatIsAccepted(@ForAll("scribbles") String template) {
    boolean accepted = ConcurrencyKeys.firstWrong(template) == null;
    String key = Objects.requireNonNullElse(key(template, "{\"a\":\"1\"}", "{\"a\":\"2\"}"), "");

    if (accepted) {
      assertThat(key).doesNotContain("{", "}");
    }
  }

  @Provide
  Arbitrary<String> scribbles() {
    return Arbitraries.of("{", "}", "params.", "scope.", "a", ".", "{params.a}", "{scope.a}", "x")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 100)
  void whatAScheduleSaysOfRetriesIsReadAgainAsItWasWritten(@ForAll("retries") ObjectNode retry) {
    ObjectNode first = read(retry);
    assertThat(read(first)).isEqualTo(first);
    List<String> names = new ArrayList<>();
    retry.fieldNames().forEachRemaining(names::add);
    assertThat(first.properties()).hasSize(names.size());
  }

  private static ObjectNode read(ObjectNode retry) {
    FieldErrors errors = new FieldErrors();
    ObjectNode body = JsonText.object();
    body.set("retry", retry);
    ObjectNode read = RetryReader.some(Fields.of(body, errors));
    errors.throwIfAny();
    return Objects.requireNonNull(read);
  }

  @Provide
  Arbitrary<ObjectNode> retries() {
    List<String> fields =
        List.of(
            "\"maxAttempts\":7",
            "\"maxAge\":\"P1D\"",
            "\"backoff\":\"LIST\",\"delays\":[\"PT1S\",\"PT90M\",\"PT0S\"]",
            "\"maxDelay\":\"PT3H\"",
            "\"initialDelay\":\"PT0.5S\"",
            "\"jitter\":\"FULL\"",
            "\"retryOn\":[\"java.io.*\",\"Timeout\"]",
            "\"noRetryOn\":[\"a.b.C$D\"]");
    return Arbitraries.of(fields)
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .map(
            some ->
                (ObjectNode)
                    Objects.requireNonNull(JsonText.stored("{" + String.join(",", some) + "}")));
  }
}
