package dev.carillon.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {

  @Test
  void meansNothingWhenNothingIsSet() {
    Environment environment = environment(Map.of("PORT", "", "POSTGRES_URL", " "));

    assertEquals(List.of(), environment.problems());
    assertEquals(Map.of(), environment.settings());
    assertTrue(environment.postgres().isEmpty());
  }

  @Test
  void turnsEveryVariableIntoItsSetting() {
    Environment environment =
        environment(
            Map.of(
                "PORT", "8090",
                "CARILLON_BIND", "127.0.0.2",
                "DEFAULT_TZ", "America/New_York",
                "CARILLON_ROLES", "api, Worker",
                "CARILLON_QUEUES", "default,reports",
                "CARILLON_SLOTS", "8",
                "CARILLON_SAMPLES", "off",
                "CARILLON_LOG", "json"));

    assertEquals(List.of(), environment.problems());
    assertEquals(
        Map.of(
            "quarkus.http.port", "8090",
            "quarkus.http.host", "127.0.0.2",
            "carillon.default-timezone", "America/New_York",
            "carillon.roles", "api,worker",
            "carillon.queues", "default,reports",
            "carillon.slots", "8",
            "carillon.samples", "false",
            "quarkus.log.console.json.enabled", "true"),
        environment.settings());
  }

  @Test
  void takesADirectoryOfCalendarsThatIsThere() {
    Environment environment = environment(Map.of("CARILLON_CALENDARS", "src"));

    assertEquals(List.of(), environment.problems());
    assertEquals(
        java.nio.file.Path.of("src").toAbsolutePath().toString(),
        environment.settings().get("carillon.calendars"));
    assertEquals(List.of(), environment.unused());
  }

  @Test
  void readsDatabaseUrlOnlyWherePostgresUrlIsAbsent() {
    Map<String, String> both =
        Map.of("POSTGRES_URL", "postgres://a@one/x", "DATABASE_URL", "postgres://a@two/x");

    assertEquals("one", environment(both).postgres().orElseThrow().host());
    assertEquals(
        "two",
        environment(Map.of("DATABASE_URL", "postgres://a@two/x")).postgres().orElseThrow().host());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CARILLON_CALENDARS|/no/such/directory",
        "CARILLON_CALENDARS|pom.xml",
        "PORT|http",
        "PORT|65536",
        "PORT|0",
        "CARILLON_BIND|0.0.0.0",
        "CARILLON_BIND|::",
        "CARILLON_BIND|192.168.1.5",
        "CARILLON_BIND|example.org",
        "DEFAULT_TZ|Berlin",
        "DEFAULT_TZ|+02:00",
        "CARILLON_ROLES|api,tickr",
        "CARILLON_ROLES|,",
        "CARILLON_QUEUES|Default",
        "CARILLON_SLOTS|0",
        "CARILLON_SLOTS|many",
        "CARILLON_SAMPLES|maybe",
        "CARILLON_LOG|xml",
        "CARILLON_EVENT_TOPICS|ONE",
        "KAFKA_BOOTSTRAP_SERVERS|kafka",
        "KAFKA_BOOTSTRAP_SERVERS|http://kafka:9092",
        "CARILLON_BROKER|rabbit",
        "OTEL_EXPORTER_OTLP_PROTOCOL|http/json",
        "OTEL_EXPORTER_OTLP_COMPRESSION|zstd",
        "OTEL_TRACES_SAMPLER|sometimes",
        "OTEL_TRACES_SAMPLER_ARG|1.5",
        "OTEL_TRACES_EXPORTER|zipkin"
      })
  void namesTheVariableItsValueAndARightOne(String name, String value) {
    List<String> problems = environment(Map.of(name, value)).problems();

    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith(name + "=" + value + " "), problems.get(0));
    assertTrue(problems.get(0).contains("; right is " + name + "="), problems.get(0));
    assertFalse(problems.get(0).contains("\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWKS_URL", "CARILLON_AUTH"})
  void refusesWhatThisVersionWouldIgnore(String name) {
    List<String> problems = environment(Map.of(name, "anything")).problems();

    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith(name + " is set, but "), problems.get(0));
  }

  @Test
  void choosesTheBrokerThatIsNamed() {
    assertEquals("kafka", broker(Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:9092,[::1]:9093")));
    assertEquals("nats", broker(Map.of("NATS_URL", "nats://u:p@a:4222,tls://b")));
    assertEquals(
        "nats",
        broker(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                "a:9092",
                "NATS_URL",
                "nats://a",
                "CARILLON_BROKER",
                "NATS")));
    assertNull(broker(Map.of()));
    assertEquals(
        "a:9092",
        environment(Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:9092"))
            .settings()
            .get("kafka.bootstrap.servers"));
    assertEquals(
        "nats://a",
        environment(Map.of("NATS_URL", "nats://a")).settings().get("carillon.nats.url"));
  }

  @Test
  void saysWhereTheFormOfTopicsHasNoEffect() {
    Map<String, String> inProcess = Map.of("CARILLON_EVENT_TOPICS", "TYPE");
    Map<String, String> nats = Map.of("CARILLON_EVENT_TOPICS", "TYPE", "NATS_URL", "nats://a");
    Map<String, String> kafka =
        Map.of("CARILLON_EVENT_TOPICS", "TYPE", "KAFKA_BOOTSTRAP_SERVERS", "a:9092");

    assertEquals(1, environment(inProcess).unused().size());
    assertTrue(environment(nats).unused().get(0).startsWith("CARILLON_EVENT_TOPICS is set, but "));
    assertEquals(List.of(), environment(kafka).unused());
  }

  @Test
  void asksWhichBrokerIsMeantAndWhereItIs() {
    List<String> both =
        environment(Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:9092", "NATS_URL", "nats://a")).problems();
    assertEquals(1, both.size());
    assertTrue(both.get(0).contains("CARILLON_BROKER=kafka"), both.get(0));
    List<String> nowhere = environment(Map.of("CARILLON_BROKER", "nats")).problems();
    assertEquals(1, nowhere.size());
    assertTrue(nowhere.get(0).contains("NATS_URL"), nowhere.get(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NATS_URL|natz://u:s3cret@a",
        "NATS_URL|u:s3cret@a:4222",
        "carillon.nats.url|natz://u:s3cret@a",
        "carillon.nats.url|nats://u:p/s3cret@a",
        "KAFKA_BOOTSTRAP_SERVERS|u:s3cret@kafka:9092"
      })
  void doesNotRepeatThePasswordInTheAddressOfABroker(String name, String value) {
    List<String> problems = environment(Map.of(name, value)).problems();

    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith(name + " is not a list of "), problems.get(0));
    assertTrue(problems.get(0).contains("; right is " + name + "="), problems.get(0));
    assertFalse(problems.get(0).contains("s3cret"), problems.get(0));
    assertFalse(problems.get(0).contains("\n"));
  }

  @Test
  void collectsEverythingThatIsWrong() {
    assertEquals(
        2, environment(Map.of("PORT", "x", "POSTGRES_URL", "mysql://a@b/c")).problems().size());
  }

  @Test
  void takesLoopbackInEveryForm() {
    for (String host : List.of("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]")) {
      assertTrue(Environment.isLoopback(host), host);
    }
    for (String host :
        List.of("127.0.0.1.example.org", "localhost.example.org", "1::1", "", "127")) {
      assertFalse(Environment.isLoopback(host), host);
    }
  }

  @Test
  void keepsTheDataWhereXdgSays() {
    assertEquals(Path.of("/srv/x/carillon"), environment(Map.of("XDG_DATA_HOME", "/srv/x")).data());
    assertEquals(
        Path.of(System.getProperty("user.home"), ".local/share/carillon"),
        environment(Map.of("XDG_DATA_HOME", "relative")).data());
  }

  @Test
  void tracesAsSoonAsACollectorIsNamed() {
    Environment environment =
        environment(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318",
                "OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret",
                "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip",
                "OTEL_SERVICE_NAME", "scheduler",
                "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test",
                "OTEL_TRACES_SAMPLER", "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG", "0.25"));

    assertEquals(List.of(), environment.problems());
    assertEquals(
        Map.of(
            "quarkus.otel.sdk.disabled", "false",
            "quarkus.otel.exporter.otlp.endpoint", "http://collector:4318",
            "quarkus.otel.exporter.otlp.protocol", "http/protobuf",
            "quarkus.otel.exporter.otlp.headers", "api-key=secret",
            "quarkus.otel.exporter.otlp.compression", "gzip",
            "quarkus.otel.service.name", "scheduler",
            "quarkus.otel.resource.attributes", "deployment.environment.name=test",
            "carillon.tracing.sampler", "parentbased_traceidratio",
            "carillon.tracing.ratio", "0.25"),
        environment.settings());
  }

  @Test
  void prefersWhatIsSaidOfTracesAlone() {
    Map<String, String> settings =
        environment(
                Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://one:4317",
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://two/otlp/v1/traces",
                    "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
                    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"))
            .settings();

    assertEquals("https://two/otlp", settings.get("quarkus.otel.exporter.otlp.endpoint"));
    assertEquals("http/protobuf", settings.get("quarkus.otel.exporter.otlp.protocol"));
  }

  @Test
  void leavesTheAddressToQuarkusWhereItsOwnVariableNamesIt() {
    assertEquals(
        Map.of("quarkus.otel.sdk.disabled", "false"),
        environment(Map.of("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"))
            .settings());
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_SDK_DISABLED,true",
    "OTEL_SDK_DISABLED,TRUE",
    "OTEL_TRACES_EXPORTER,none",
    "OTEL_SERVICE_NAME,scheduler"
  })
  void doesNotTraceWhenToldNotToOrNobodyCollects(String name, String value) {
    Map<String, String> variables = new HashMap<>(Map.of(name, value));
    if (!name.equals("OTEL_SERVICE_NAME")) {
      variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    }

    assertEquals(Map.of(), environment(variables).settings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"collector:4317", "http://u:secret@collector:4317", "ftp://collector"})
  void refusesACollectorThatIsNoPlainUrlAndDoesNotRepeatIt(String url) {
    List<String> problems = environment(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", url)).problems();

    assertEquals(1, problems.size());
    assertTrue(problems.get(0).startsWith("OTEL_EXPORTER_OTLP_ENDPOINT is not "), problems.get(0));
    assertFalse(problems.get(0).contains(url));
  }

  private static String broker(Map<String, String> variables) {
    Environment environment = environment(variables);
    assertEquals(List.of(), environment.problems());
    return environment.settings().get("carillon.broker");
  }

  private static Environment environment(Map<String, String> variables) {
    return new Environment(variables::get);
  }
}
