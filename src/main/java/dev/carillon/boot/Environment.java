package dev.carillon.boot;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of the README, read and checked: which settings they stand for, and in
 * one line each what is wrong with them. An empty variable counts as absent, as Compose files write
 * it.
 */
public final class Environment {

  private static final Pattern QUEUE = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final List<String> ROLES = List.of("api", "ticker", "worker");

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
          "CARILLON_DECLARED",
          "CARILLON_JWT_ISSUER",
          "CARILLON_JWT_AUDIENCE",
          "POSTGRES_LISTEN_URL");

  private final Variables variables;
  private @Nullable PostgresUrl postgres;

  public Environment(Function<String, @Nullable String> lookUp) {
    this.variables = new Variables(lookUp);
    NOT_YET.forEach(this::refuse);
    readPort();
    readBind();
    readPostgres();
    new BrokerVariables(variables).read();
    readTimezone();
    readRoles();
    readQueues();
    readSlots();
    readData();
    readCalendars();
    readSwitch("CARILLON_SAMPLES", "carillon.samples");
    readLog();
    new TracingVariables(variables).read();
  }

  /** The environment of this process; a system property of the same name goes before. */
  public static Environment ofProcess() {
    return new Environment(name -> System.getProperty(name, System.getenv(name)));
  }

  /** What the variables mean, as keys of Quarkus and of {@link CarillonConfig}. */
  public Map<String, String> settings() {
    return variables.settings();
  }

  /** One line for each variable that is wrong; empty when all is well. */
  public List<String> problems() {
    return variables.problems();
  }

  /** The database that is named; absent, the embedded one is meant. */
  public Optional<PostgresUrl> postgres() {
    return Optional.ofNullable(postgres);
  }

  /** Where the embedded PostgreSQL keeps its files. */
  public Path data() {
    String folder = variables.settings().get("carillon.data");
    if (folder != null) {
      return Path.of(folder);
    }
    Path home = Path.of(Optional.ofNullable(System.getProperty("user.home")).orElse("."));
    return variables
        .value("XDG_DATA_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute) // the XDG specification says to ignore any other
        .orElse(home.resolve(".local").resolve("share"))
        .resolve("carillon");
  }

  /** A line for each variable that is set and has no effect in this version, or beside others. */
  public List<String> unused() {
    List<String> lines = new ArrayList<>();
    UNUSED.stream()
        .filter(name -> variables.value(name).isPresent())
        .map(name -> name + " is set, but this version does not use it.")
        .forEach(lines::add);
    if (variables.value("CARILLON_EVENT_TOPICS").isPresent() && !isKafka()) {
      lines.add("CARILLON_EVENT_TOPICS is set, but it has an effect on Kafka only.");
    }
    return lines;
  }

  private boolean isKafka() {
    String broker =
        Optional.ofNullable(variables.settings().get("carillon.broker"))
            .or(() -> variables.value("carillon.broker"))
            .orElse("");
    return broker.equalsIgnoreCase("kafka");
  }

  private void refuse(String name, String because) {
    variables
        .value(name)
        .ifPresent(set -> variables.refuse(name + " is set, but " + because + "; unset it."));
  }

  private void readPort() {
    variables
        .value("PORT")
        .ifPresent(
            port -> {
              if (Variables.isBetween(port, 1, 65535)) {
                variables.set("quarkus.http.port", port);
              } else {
                variables.wrong("PORT", port, "is not a port number from 1 to 65535", "PORT=3080");
              }
            });
  }

  private void readBind() {
    variables
        .value("CARILLON_BIND")
        .ifPresent(
            host -> {
              if (isLoopback(host)) {
                // localhost is both loopback addresses, and that is the default.
                if (!host.equalsIgnoreCase("localhost")) {
                  variables.set("quarkus.http.host", host.replaceAll("^\\[|]$", ""));
                }
              } else {
                variables.wrong(
                    "CARILLON_BIND",
                    host,
                    "would open local mode, in which nobody signs in, to other machines",
                    "CARILLON_BIND=127.0.0.1");
              }
            });
  }

  private void readPostgres() {
    String name = variables.value("POSTGRES_URL").isPresent() ? "POSTGRES_URL" : "DATABASE_URL";
    variables
        .value(name)
        .ifPresent(
            url -> {
              try {
                postgres = PostgresUrl.parse(url);
                postgres.settings().forEach(variables::set);
              } catch (IllegalArgumentException wrong) {
                // The value is not repeated: the password is in it.
                variables.refuse(
                    name + " " + wrong.getMessage() + "; right is " + PostgresUrl.EXAMPLE + ".");
              }
            });
  }

  private void readTimezone() {
    variables
        .value("DEFAULT_TZ")
        .ifPresent(
            zone -> {
              if (ZoneId.getAvailableZoneIds().contains(zone)) {
                variables.set("carillon.default-timezone", zone);
              } else {
                variables.wrong(
                    "DEFAULT_TZ", zone, "is not an IANA time zone", "DEFAULT_TZ=Europe/Berlin");
              }
            });
  }

  private void readRoles() {
    variables
        .value("CARILLON_ROLES")
        .ifPresent(
            text -> {
              List<String> roles = Variables.list(text.toLowerCase(Locale.ROOT));
              if (!roles.isEmpty() && ROLES.containsAll(roles)) {
                variables.set("carillon.roles", String.join(",", roles));
              } else {
                variables.wrong(
                    "CARILLON_ROLES",
                    text,
                    "names a role that is none of " + String.join(", ", ROLES),
                    "CARILLON_ROLES=api,ticker,worker");
              }
            });
  }

  private void readQueues() {
    variables
        .value("CARILLON_QUEUES")
        .ifPresent(
            text -> {
              List<String> queues = Variables.list(text);
              if (!queues.isEmpty() && queues.stream().allMatch(q -> QUEUE.matcher(q).matches())) {
                variables.set("carillon.queues", String.join(",", queues));
              } else {
                variables.wrong(
                    "CARILLON_QUEUES",
                    text,
                    "is not a list of queue names (a-z, 0-9, _ and -, at most 63)",
                    "CARILLON_QUEUES=default,reports");
              }
            });
  }

  private void readSlots() {
    variables
        .value("CARILLON_SLOTS")
        .ifPresent(
            slots -> {
              if (Variables.isBetween(slots, 1, 10_000)) {
                variables.set("carillon.slots", slots);
              } else {
                variables.wrong(
                    "CARILLON_SLOTS",
                    slots,
                    "is not a number from 1 to 10000",
                    "CARILLON_SLOTS=64");
              }
            });
  }

  private void readData() {
    variables
        .value("CARILLON_DATA")
        .ifPresent(
            folder -> {
              try {
                Path path = Path.of(folder).toAbsolutePath().normalize();
                variables.set("carillon.data", path.toString());
              } catch (IllegalArgumentException unreadable) {
                variables.wrong(
                    "CARILLON_DATA", folder, "is not a path", "CARILLON_DATA=/var/lib/carillon");
              }
            });
  }

  /** What is configured and not there is a mistake now; later it may come and go. */
  private void readCalendars() {
    variables
        .value("CARILLON_CALENDARS")
        .ifPresent(
            folder -> {
              Path path = path(folder);
              if (path != null && Files.isDirectory(path) && Files.isReadable(path)) {
                variables.set("carillon.calendars", path.toString());
              } else {
                variables.wrong(
                    "CARILLON_CALENDARS",
                    folder,
                    "is not a directory that can be read",
                    "CARILLON_CALENDARS=/etc/carillon/calendars");
              }
            });
  }

  private static @Nullable Path path(String folder) {
    try {
      return Path.of(folder).toAbsolutePath().normalize();
    } catch (IllegalArgumentException noPath) {
      return null;
    }
  }

  private void readSwitch(String name, String key) {
    variables
        .value(name)
        .ifPresent(
            text -> {
              switch (text.toLowerCase(Locale.ROOT)) {
                case "on", "true", "yes", "1" -> variables.set(key, "true");
                case "off", "false", "no", "0" -> variables.set(key, "false");
                default -> variables.wrong(name, text, "is neither on nor off", name + "=off");
              }
            });
  }

  private void readLog() {
    variables
        .value("CARILLON_LOG")
        .ifPresent(
            text -> {
              if (text.equals("json") || text.equals("console")) {
                variables.set(
                    "quarkus.log.console.json.enabled", Boolean.toString(text.equals("json")));
              } else {
                variables.wrong(
                    "CARILLON_LOG", text, "is neither json nor console", "CARILLON_LOG=json");
              }
            });
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
