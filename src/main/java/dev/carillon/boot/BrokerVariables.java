package dev.carillon.boot;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which broker, where it is, and in which form events are told there. */
final class BrokerVariables {

  /** What can be chosen, and the variable that says where it is. */
  private static final Map<String, String> BROKERS =
      Map.of("kafka", "KAFKA_BOOTSTRAP_SERVERS", "nats", "NATS_URL");

  private static final String NATS_URL_PROPERTY = "carillon.nats.url";

  private final Variables variables;

  BrokerVariables(Variables variables) {
    this.variables = variables;
  }

  void read() {
    readChoice();
    readEventTopics();
  }

  private void readChoice() {
    Optional<String> kafka = variables.value("KAFKA_BOOTSTRAP_SERVERS").filter(this::isBootstrap);
    Optional<String> nats = variables.value("NATS_URL").filter(url -> isNatsUrl("NATS_URL", url));
    // Set as a property, in whichever source, it is jnats that would complain, and repeat it.
    variables.value(NATS_URL_PROPERTY).ifPresent(url -> isNatsUrl(NATS_URL_PROPERTY, url));
    Optional<String> chosen =
        variables.value("CARILLON_BROKER").map(c -> c.toLowerCase(Locale.ROOT));
    kafka.ifPresent(servers -> variables.set("kafka.bootstrap.servers", servers));
    nats.ifPresent(url -> variables.set(NATS_URL_PROPERTY, url));
    if (chosen.isPresent() && !BROKERS.containsKey(chosen.get())) {
      variables.wrong(
          "CARILLON_BROKER", chosen.get(), "is neither kafka nor nats", "CARILLON_BROKER=kafka");
    } else if (chosen.isPresent()) {
      String needed = BROKERS.get(chosen.get());
      if (variables.value(needed).isEmpty()) {
        variables.refuse(
            "CARILLON_BROKER=" + chosen.get() + " needs " + needed + ", which is not set.");
      }
      variables.set("carillon.broker", chosen.get());
    } else if (kafka.isPresent() && nats.isPresent()) {
      variables.refuse(
          "KAFKA_BOOTSTRAP_SERVERS and NATS_URL are both set; say which one with"
              + " CARILLON_BROKER=kafka or CARILLON_BROKER=nats.");
    } else if (kafka.isPresent()) {
      variables.set("carillon.broker", "kafka");
    } else if (nats.isPresent()) {
      variables.set("carillon.broker", "nats");
    }
  }

  private boolean isBootstrap(String servers) {
    boolean right =
        Variables.list(servers).size() > 0
            && Variables.list(servers).stream()
                .allMatch(server -> server.matches("(\\[[0-9a-fA-F:.]+]|[\\w.-]+):\\d{1,5}"));
    String what = "is not a list of host:port";
    String example = "KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092,kafka-2:9092";
    if (!right && servers.contains("@")) {
      // The value is not repeated: a password may be in it.
      variables.refuse("KAFKA_BOOTSTRAP_SERVERS " + what + "; right is " + example + ".");
    } else if (!right) {
      variables.wrong("KAFKA_BOOTSTRAP_SERVERS", servers, what, example);
    }
    return right;
  }

  private boolean isNatsUrl(String name, String urls) {
    boolean right =
        Variables.list(urls).size() > 0
            && Variables.list(urls).stream()
                .allMatch(
                    url ->
                        url.matches(
                            "(nats|tls)://([^/@\\s]+@)?(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(:\\d{1,5})?/?"));
    if (!right) {
      // The value is not repeated: a password may be in it.
      variables.refuse(
          name
              + " is not a list of NATS addresses; right is "
              + name
              + "=nats://user:password@nats-1:4222,nats://nats-2:4222.");
    }
    return right;
  }

  private void readEventTopics() {
    variables
        .value("CARILLON_EVENT_TOPICS")
        .ifPresent(
            text -> {
              String form = text.toUpperCase(Locale.ROOT);
              if (form.equals("TYPE") || form.equals("AGGREGATE")) {
                variables.set("carillon.event-topics", form.toLowerCase(Locale.ROOT));
              } else {
                variables.wrong(
                    "CARILLON_EVENT_TOPICS",
                    text,
                    "is neither TYPE nor AGGREGATE",
                    "CARILLON_EVENT_TOPICS=TYPE");
              }
            });
  }
}
