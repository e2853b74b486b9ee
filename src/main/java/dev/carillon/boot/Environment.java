package dev.carillon.boot;

import dev.carillon.observe.tracing.Samplers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of the README, read and checked: which settings they stand for, and in
 * one line each what is wrong with them. An empty variable counts as absent, as Compose files write
 * it.
 */
public final class Environment {

  private static final Pattern QUEUE = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final List<String> ROLES = List.of("api", "ticker", "worker");

  /** What can be chosen, and the variable that says where it is. */
  private static final Map<String, String> BROKERS =
      Map.of("kafka", "KAFKA_BOOTSTRAP_SERVERS", "nats", "NATS_URL");

  private static final String NATS_URL_PROPERTY = "carillon.nats.url";

  /**
   * Variables that a later version obeys; to run on without them would not be what was asked for.
   */
  private static final Map<String, String> NOT_YET = new LinkedHashMap<>();

  static {
    NOT_YET.put("JWKS_URL", "this version does not check tokens and would run unprotected");
    NOT_YET.put("CARILLON_AUTH", "this version runs in local mode only");
  }

  /** Variables that say how to do what this version does not do at all. */
  private static final List<String> UNUSED =
      List.of(
          "WEBHOOK_HMAC_SECRET",
          "CARILLON_SECRET_KEY",
          "CARILLON_SECRETS",
          "CARILLON_EGRESS_ALLOW",
          "CARILLON_TOPICS",
          "CARILLON_CALENDARS",
          "CARILLON_DECLARED",
          "CARILLON_JWT_ISSUER",
          "CARILLON_JWT_AUDIENCE",
          "POSTGRES_LISTEN_URL");

  private final Function<String, @Nullable String> variables;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private @Nullable PostgresUrl postgres;

  public Environment(Function<String, @Nullable String> variables) {
    this.variables = variables;
    NOT_YET.forEach(this::refuse);
    readPort();
    readBind();
    readPostgres();
    readBroker();
    readEventTopics();
    readTimezone();
    readRoles();
    readQueues();
    readSlots();
    readData();
    readSwitch("CARILLON_SAMPLES", "carillon.samples");
    readLog();
    readTracing();
  }

  /** The environment of this process; a system property of the same name goes before. */
  public static Environment ofProcess() {
    return new Environment(name -> System.getProperty(name, System.getenv(name)));
  }

  /** What the variables mean, as keys of Quarkus and of {@link CarillonConfig}. */
  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /** One line for each variable that is wrong; empty when all is well. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** The database that is named; absent, the embedded one is meant. */
  public Optional<PostgresUrl> postgres() {
    return Optional.ofNullable(postgres);
  }

  /** Where the embedded PostgreSQL keeps its files. */
  public Path data() {
    String folder = settings.get("carillon.data");
    if (folder != null) {
      return Path.of(folder);
    }
    Path home = Path.of(Optional.ofNullable(System.getProperty("user.home")).orElse("."));
    return value("XDG_DATA_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute) // the XDG specification says to ignore any other
        .orElse(home.resolve(".local").resolve("share"))
        .resolve("carillon");
  }

  /** A line for each variable that is set and has no effect in this version, or beside others. */
  public List<String> unused() {
    List<String> lines = new ArrayList<>();
    UNUSED.stream()
        .filter(name -> value(name).isPresent())
        .map(name -> name + " is set, but this version does not use it.")
        .forEach(lines::add);
    if (value("CARILLON_EVENT_TOPICS").isPresent() && !isKafka()) {
      lines.add("CARILLON_EVENT_TOPICS is set, but it has an effect on Kafka only.");
    }
    return lines;
  }

  private boolean isKafka() {
    String broker =
        Optional.ofNullable(settings.get("carillon.broker"))
            .or(() -> value("carillon.broker"))
            .orElse("");
    return broker.equalsIgnoreCase("kafka");
  }

  private void refuse(String name, String because) {
    value(name).ifPresent(set -> problems.add(name + " is set, but " + because + "; unset it."));
  }

  private void readPort() {
    value("PORT")
        .ifPresent(
            port -> {
              if (isBetween(port, 1, 65535)) {
                settings.put("quarkus.http.port", port);
              } else {
                wrong("PORT", port, "is not a port number from 1 to 65535", "PORT=3080");
              }
            });
  }

  private void readBind() {
    value("CARILLON_BIND")
        .ifPresent(
            host -> {
              if (isLoopback(host)) {
                // localhost is both loopback addresses, and that is the default.
                if (!host.equalsIgnoreCase("localhost")) {
                  settings.put("quarkus.http.host", host.replaceAll("^\\[|]$", ""));
                }
              } else {
                wrong(
                    "CARILLON_BIND",
                    host,
                    "would open local mode, in which nobody signs in, to other machines",
                    "CARILLON_BIND=127.0.0.1");
              }
            });
  }

  private void readPostgres() {
    String name = value("POSTGRES_URL").isPresent() ? "POSTGRES_URL" : "DATABASE_URL";
    value(name)
        .ifPresent(
            url -> {
              try {
                postgres = PostgresUrl.parse(url);
                settings.putAll(postgres.settings());
              } catch (IllegalArgumentException wrong) {
                // The value is not repeated: the password is in it.
                problems.add(
                    name + " " + wrong.getMessage() + "; right is " + PostgresUrl.EXAMPLE + ".");
              }
            });
  }

  private void readBroker() {
    Optional<String> kafka = value("KAFKA_BOOTSTRAP_SERVERS").filter(this::isBootstrap);
    Optional<String> nats = value("NATS_URL").filter(url -> isNatsUrl("NATS_URL", url));
    // Set as a property, in whichever source, it is jnats that would complain, and repeat it.
    value(NATS_URL_PROPERTY).ifPresent(url -> isNatsUrl(NATS_URL_PROPERTY, url));
    Optional<String> chosen = value("CARILLON_BROKER").map(c -> c.toLowerCase(Locale.ROOT));
    kafka.ifPresent(servers -> settings.put("kafka.bootstrap.servers", servers));
    nats.ifPresent(url -> settings.put(NATS_URL_PROPERTY, url));
    if (chosen.isPresent() && !BROKERS.containsKey(chosen.get())) {
      wrong("CARILLON_BROKER", chosen.get(), "is neither kafka nor nats", "CARILLON_BROKER=kafka");
    } else if (chosen.isPresent()) {
      String needed = BROKERS.get(chosen.get());
      if (value(needed).isEmpty()) {
        problems.add(
            "CARILLON_BROKER=" + chosen.get() + " needs " + needed + ", which is not set.");
      }
      settings.put("carillon.broker", chosen.get());
    } else if (kafka.isPresent() && nats.isPresent()) {
      problems.add(
          "KAFKA_BOOTSTRAP_SERVERS and NATS_URL are both set; say which one with"
              + " CARILLON_BROKER=kafka or CARILLON_BROKER=nats.");
    } else if (kafka.isPresent()) {
      settings.put("carillon.broker", "kafka");
    } else if (nats.isPresent()) {
      settings.put("carillon.broker", "nats");
    }
  }

  private boolean isBootstrap(String servers) {
    boolean right =
        list(servers).size() > 0
            && list(servers).stream()
                .allMatch(server -> server.matches("(\\[[0-9a-fA-F:.]+]|[\\w.-]+):\\d{1,5}"));
    String what = "is not a list of host:port";
    String example = "KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092,kafka-2:9092";
    if (!right && servers.contains("@")) {
      // The value is not repeated: a password may be in it.
      problems.add("KAFKA_BOOTSTRAP_SERVERS " + what + "; right is " + example + ".");
    } else if (!right) {
      wrong("KAFKA_BOOTSTRAP_SERVERS", servers, what, example);
    }
    return right;
  }

  private boolean isNatsUrl(String name, String urls) {
    boolean right =
        list(urls).size() > 0
            && list(urls).stream()
                .allMatch(
                    url ->
                        url.matches(
                            "(nats|tls)://([^/@\\s]+@)?(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(:\\d{1,5})?/?"));
    if (!right) {
      // The value is not repeated: a password may be in it.
      problems.add(
          name
              + " is not a list of NATS addresses; right is "
              + name
              + "=nats://user:password@nats-1:4222,nats://nats-2:4222.");
    }
    return right;
  }

  private void readEventTopics() {
    value("CARILLON_EVENT_TOPICS")
        .ifPresent(
            text -> {
              String form = text.toUpperCase(Locale.ROOT);
              if (form.equals("TYPE") || form.equals("AGGREGATE")) {
                settings.put("carillon.event-topics", form.toLowerCase(Locale.ROOT));
              } else {
                wrong(
                    "CARILLON_EVENT_TOPICS",
                    text,
                    "is neither TYPE nor AGGREGATE",
                    "CARILLON_EVENT_TOPICS=TYPE");
              }
            });
  }

  private void readTimezone() {
    value("DEFAULT_TZ")
        .ifPresent(
            zone -> {
              if (ZoneId.getAvailableZoneIds().contains(zone)) {
                settings.put("carillon.default-timezone", zone);
              } else {
                wrong("DEFAULT_TZ", zone, "is not an IANA time zone", "DEFAULT_TZ=Europe/Berlin");
              }
            });
  }

  private void readRoles() {
    value("CARILLON_ROLES")
        .ifPresent(
            text -> {
              List<String> roles = list(text.toLowerCase(Locale.ROOT));
              if (!roles.isEmpty() && ROLES.containsAll(roles)) {
                settings.put("carillon.roles", String.join(",", roles));
              } else {
                wrong(
                    "CARILLON_ROLES",
                    text,
                    "names a role that is none of " + String.join(", ", ROLES),
                    "CARILLON_ROLES=api,ticker,worker");
              }
            });
  }

  private void readQueues() {
    value("CARILLON_QUEUES")
        .ifPresent(
            text -> {
              List<String> queues = list(text);
              if (!queues.isEmpty() && queues.stream().allMatch(q -> QUEUE.matcher(q).matches())) {
                settings.put("carillon.queues", String.join(",", queues));
              } else {
                wrong(
                    "CARILLON_QUEUES",
                    text,
                    "is not a list of queue names (a-z, 0-9, _ and -, at most 63)",
                    "CARILLON_QUEUES=default,reports");
              }
            });
  }

  private void readSlots() {
    value("CARILLON_SLOTS")
        .ifPresent(
            slots -> {
              if (isBetween(slots, 1, 10_000)) {
                settings.put("carillon.slots", slots);
              } else {
                wrong(
                    "CARILLON_SLOTS",
                    slots,
                    "is not a number from 1 to 10000",
                    "CARILLON_SLOTS=64");
              }
            });
  }

  private void readData() {
    value("CARILLON_DATA")
        .ifPresent(
            folder -> {
              try {
                Path path = Path.of(folder).toAbsolutePath().normalize();
                settings.put("carillon.data", path.toString());
              } catch (IllegalArgumentException unreadable) {
                wrong("CARILLON_DATA", folder, "is not a path", "CARILLON_DATA=/var/lib/carillon");
              }
            });
  }

  private void readSwitch(String name, String key) {
    value(name)
        .ifPresent(
            text -> {
              switch (text.toLowerCase(Locale.ROOT)) {
                case "on", "true", "yes", "1" -> settings.put(key, "true");
                case "off", "false", "no", "0" -> settings.put(key, "false");
                default -> wrong(name, text, "is neither on nor off", name + "=off");
              }
            });
  }

  private void readLog() {
    value("CARILLON_LOG")
        .ifPresent(
            text -> {
              if (text.equals("json") || text.equals("console")) {
                settings.put(
                    "quarkus.log.console.json.enabled", Boolean.toString(text.equals("json")));
              } else {
                wrong("CARILLON_LOG", text, "is neither json nor console", "CARILLON_LOG=json");
              }
            });
  }

  /**
   * The variables of OpenTelemetry's specification. Naming an endpoint turns tracing on; Quarkus's
   * own variables, which it reads by itself, do too.
   */
  private void readTracing() {
    Optional<String> endpoint = ofTraces("ENDPOINT");
    boolean named =
        endpoint.isPresent()
            || value("QUARKUS_OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").isPresent()
            || value("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT").isPresent();
    boolean wanted = !isTrue("OTEL_SDK_DISABLED") & exportsByOtlp();
    readSampler();
    String protocol = protocol(endpoint);
    Optional<String> compression = compression();
    if (!named || !wanted) {
      return;
    }
    settings.put("quarkus.otel.sdk.disabled", "false");
    endpoint.ifPresent(name -> readCollector(name, protocol));
    ofTraces("HEADERS")
        .flatMap(this::value)
        .ifPresent(headers -> settings.put("quarkus.otel.exporter.otlp.headers", headers));
    compression.ifPresent(form -> settings.put("quarkus.otel.exporter.otlp.compression", form));
    value("OTEL_SERVICE_NAME").ifPresent(name -> settings.put("quarkus.otel.service.name", name));
    value("OTEL_RESOURCE_ATTRIBUTES")
        .ifPresent(list -> settings.put("quarkus.otel.resource.attributes", list));
  }

  private void readCollector(String name, String protocol) {
    String url = value(name).orElseThrow();
    if (!url.matches("https?://(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(:\\d{1,5})?(/[^\\s?#]*)?")) {
      // The value is not repeated: a password may be in it.
      problems.add(
          name
              + " is not an http or https URL of a collector; right is "
              + name
              + "=http://localhost:4318.");
      return;
    }
    // Of the two, the one for traces is the whole address; Quarkus appends the path to either.
    String base = name.contains("TRACES") ? url.replaceFirst("/v1/traces/?$", "") : url;
    settings.put("quarkus.otel.exporter.otlp.endpoint", base);
    settings.put("quarkus.otel.exporter.otlp.protocol", protocol);
  }

  /**
   * Without a word on it: by the port that is registered for OTLP over HTTP, else Quarkus's own.
   */
  private String protocol(Optional<String> endpoint) {
    Optional<String> name = ofTraces("PROTOCOL");
    if (name.isEmpty()) {
      String url = endpoint.flatMap(this::value).orElse("");
      return url.matches("https?://[^/]*:4318(/.*)?") ? "http/protobuf" : "grpc";
    }
    String protocol = value(name.get()).orElseThrow();
    if (!protocol.equals("grpc") && !protocol.equals("http/protobuf")) {
      wrong(
          name.get(), protocol, "is neither grpc nor http/protobuf", name.get() + "=http/protobuf");
    }
    return protocol;
  }

  private void readSampler() {
    value("OTEL_TRACES_SAMPLER")
        .ifPresent(
            sampler -> {
              if (Samplers.NAMES.contains(sampler)) {
                settings.put("carillon.tracing.sampler", sampler);
              } else {
                wrong(
                    "OTEL_TRACES_SAMPLER",
                    sampler,
                    "is none of " + String.join(", ", new TreeSet<>(Samplers.NAMES)),
                    "OTEL_TRACES_SAMPLER=parentbased_traceidratio");
              }
            });
    value("OTEL_TRACES_SAMPLER_ARG")
        .ifPresent(
            ratio -> {
              if (ratio.matches("0(\\.\\d{1,9})?|1(\\.0{1,9})?|\\.\\d{1,9}")) {
                settings.put("carillon.tracing.ratio", ratio);
              } else {
                wrong(
                    "OTEL_TRACES_SAMPLER_ARG",
                    ratio,
                    "is not a part of the traces, from 0 to 1",
                    "OTEL_TRACES_SAMPLER_ARG=0.1");
              }
            });
  }

  private boolean exportsByOtlp() {
    String exporter = value("OTEL_TRACES_EXPORTER").orElse("otlp");
    if (!exporter.equals("otlp") && !exporter.equals("none")) {
      wrong(
          "OTEL_TRACES_EXPORTER",
          exporter,
          "is neither otlp nor none",
          "OTEL_TRACES_EXPORTER=otlp");
    }
    return exporter.equals("otlp");
  }

  /** As the specification has it: true in any case is true, and everything else is not. */
  private boolean isTrue(String name) {
    return value(name).map("true"::equalsIgnoreCase).orElse(false);
  }

  private Optional<String> compression() {
    Optional<String> name = ofTraces("COMPRESSION");
    Optional<String> form = name.flatMap(this::value);
    if (form.isPresent() && !form.get().equals("gzip") && !form.get().equals("none")) {
      wrong(name.get(), form.get(), "is neither gzip nor none", name.get() + "=gzip");
    }
    return form;
  }

  /** The variable that is set, of which the one for traces goes before the one for everything. */
  private Optional<String> ofTraces(String what) {
    return Stream.of("OTEL_EXPORTER_OTLP_TRACES_" + what, "OTEL_EXPORTER_OTLP_" + what)
        .filter(name -> value(name).isPresent())
        .findFirst();
  }

  private void wrong(String name, String value, String what, String right) {
    String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
    problems.add(name + "=" + shown + " " + what + "; right is " + right + ".");
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(variables.apply(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(v -> !v.isEmpty()).toList();
  }

  private static boolean isBetween(String text, int least, int most) {
    return text.matches("\\d{1,9}")
        && Integer.parseInt(text) >= least
        && Integer.parseInt(text) <= most;
  }

  /** By its form alone: what a name means to some DNS server does not make it safe. */
  static boolean isLoopback(String host) {
    String bare = host.replaceAll("^\\[|]$", "");
    if (bare.equalsIgnoreCase("localhost")) {
      return true;
    }
    if (!bare.matches("127(\\.\\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")) {
      return false;
    }
    try {
      return InetAddress.getByName(bare).isLoopbackAddress();
    } catch (UnknownHostException malformed) {
      return false;
    }
  }
}
