package dev.carillon.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents as other people's libraries send them. */
class CloudEventReaderTest {

  private static final String EVENT =
      """
      {"specversion":"1.0","id":"e-1","source":"/shop","type":"t","tenant":"acme","number":7,"flag":true,
       "nothing":null,"data":{"amount":1.10,"name":"Zoë"}}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/cloudevents+json",
        "application/cloudevents+json; charset=UTF-8",
        "Application/CloudEvents+JSON",
        "application/cloudevents",
        "application/json"
      })
  void readsAStructuredEvent(String contentType) {
    check(CloudEventReader.read(message(Map.of("Content-Type", contentType), EVENT)));
  }

  /** As somebody sends it who only knows the body. */
  @Test
  void readsAStructuredEventWithoutAnyHeader() {
    check(CloudEventReader.read(message(Map.of(), EVENT)));
  }

  private static void check(CloudEvent event) {
    assertEquals("e-1", event.id());
    assertEquals("/shop", event.source());
    assertEquals("t", event.type());
    assertEquals(Map.of("tenant", "acme", "number", "7", "flag", "true"), event.attributes());
    assertNull(event.attribute("nothing"));
    assertEquals("{\"amount\":1.10,\"name\":\"Zoë\"}", text(event));
  }

  @Test
  void readsDataInBase64() {
    CloudEvent event =
        CloudEventReader.read(
            message(
                Map.of(),
                """
                {"specversion":"1.0","id":"e-1","source":"/shop","type":"t","data_base64":"eyJhIjoxfQ=="}
                """));

    assertEquals("{\"a\":1}", text(event));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ce_", "ce-", "CE_", "Ce-"})
  void readsAttributesFromHeadersInWhateverCase(String prefix) {
    CloudEvent event =
        CloudEventReader.read(
            message(
                Map.of(
                    prefix + "SpecVersion",
                    "1.0",
                    prefix + "Id",
                    "e-1",
                    prefix + "Source",
                    "/shop",
                    prefix + "Type",
                    "t",
                    prefix + "Tenant",
                    "acme",
                    "Content-Type",
                    "application/json",
                    "TraceParent",
                    "00-1-2-01",
                    "unrelated",
                    "x"),
                " {\"a\": 1.10} "));

    assertEquals("e-1", event.id());
    assertEquals("/shop", event.source());
    assertEquals(
        Map.of("tenant", "acme", "datacontenttype", "application/json", "traceparent", "00-1-2-01"),
        event.attributes());
    assertEquals(" {\"a\": 1.10} ", text(event));
  }

  /** The NATS binding encodes as HTTP's does; the Kafka binding has UTF-8. */
  @Test
  void decodesPercentSignsOnlyWhereTheBindingEncodesThem() {
    assertEquals("Zoë 100% %zz", nats("Zo%C3%AB%20100%25 %zz").id());
    assertEquals("50%", nats("50%").id());
    assertEquals("Zo%C3%AB", kafka("Zo%C3%AB").id());
  }

  @Test
  void takesTheAttributeBeforeTheHeaderOfTheSameMeaning() {
    CloudEvent event =
        CloudEventReader.read(
            message(
                Map.of("traceparent", "of the transport"),
                """
                {"specversion":"1.0","id":"e-1","source":"/shop","type":"t","traceparent":"of the event"}
                """));

    assertEquals("of the event", event.attribute("traceparent"));
    assertEquals(0, event.data().length);
  }

  @Test
  void refusesBatchesAndOtherFormats() {
    for (String format : new String[] {"-batch+json", "+avro"}) {
      Message message = message(Map.of("content-type", "application/cloudevents" + format), "[]");

      NotACloudEventException refused =
          assertThrows(NotACloudEventException.class, () -> CloudEventReader.read(message));
      assertEquals(
          "the content-type must be application/cloudevents+json: one event a message, in JSON",
          refused.getMessage());
    }
  }

  @Test
  void saysNothingOfWhatItCannotRead() {
    Message message = message(Map.of(), "{\"password\": hidden}");

    NotACloudEventException refused =
        assertThrows(NotACloudEventException.class, () -> CloudEventReader.read(message));
    assertFalse(refused.getMessage().contains("hidden"));
  }

  @Test
  void knowsJsonByItsMediaType() {
    assertTrue(CloudEventReader.isJson(null));
    assertTrue(CloudEventReader.isJson("application/json; charset=utf-8"));
    assertTrue(CloudEventReader.isJson("application/vnd.shop+JSON"));
    assertFalse(CloudEventReader.isJson("text/plain"));
    assertFalse(CloudEventReader.isJson("application/jsonx"));
  }

  private static CloudEvent nats(String id) {
    return binary("ce-", id);
  }

  private static CloudEvent kafka(String id) {
    return binary("ce_", id);
  }

  private static CloudEvent binary(String prefix, String id) {
    return CloudEventReader.read(
        message(
            Map.of(
                prefix + "specversion", "1.0",
                prefix + "id", id,
                prefix + "source", "/shop",
                prefix + "type", "t"),
            ""));
  }

  private static Message message(Map<String, String> headers, String body) {
    return new Message("topic", "0/0", headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(CloudEvent event) {
    return new String(event.data(), StandardCharsets.UTF_8);
  }
}
