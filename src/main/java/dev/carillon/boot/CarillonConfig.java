package dev.carillon.boot;

import dev.carillon.limit.TenantLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Carillon's own settings. The environment variables of the README set them through {@link
 * CarillonConfigSources}; those without such a variable are for tests and benchmarks.
 */
@ConfigMapping(prefix = "carillon")
public interface CarillonConfig {

  /** The zone of a schedule that names none. */
  @WithDefault("Europe/Berlin")
  ZoneId defaultTimezone();

  /** Nobody signs in, and nobody but this machine is served. */
  @WithDefault("true")
  boolean localMode();

  @WithDefault("api,ticker,worker")
  Set<Role> roles();

  /** The queues that this process works on; absent means all. */
  Optional<Set<String>> queues();

  /** How many runs this process executes at once. */
  @WithDefault("64")
  int slots();

  /** Where the embedded PostgreSQL keeps its files. */
  Optional<Path> data();

  /** A directory of calendars that all tenants share, one to a YAML file; absent: none. */
  Optional<Path> calendars();

  /** Whether the sample domains are set up. */
  @WithDefault("true")
  boolean samples();

  /** What carries due events and tells events. */
  @WithDefault("in-process")
  BrokerKind broker();

  /** Kafka: a topic for each type of event, or one for each kind of thing. */
  @WithDefault("type")
  EventTopics eventTopics();

  Kafka kafka();

  Nats nats();

  Ticker ticker();

  Leader leader();

  Worker worker();

  Tracing tracing();

  Limits limits();

  /** The brokers there are. */
  enum BrokerKind {
    IN_PROCESS,
    KAFKA,
    NATS
  }

  /** How events are spread over Kafka's topics. */
  enum EventTopics {
    /** {@code scheduler.run.succeeded} has a topic of its own. */
    TYPE,
    /** All events of runs are in {@code scheduler.run}, in the order of their arrival. */
    AGGREGATE
  }

  /** Topics that are made when they are missing; the clients' own settings are {@code kafka.*}. */
  interface Kafka {
    @WithDefault("12")
    int partitions();

    /** Absent: the broker's own default. */
    Optional<Short> replication();
  }

  /** Where NATS is, and who we are there. */
  interface Nats {
    /** One or several, separated by commas. */
    Optional<String> url();

    /** A .creds file. */
    Optional<Path> credentials();

    /** Copies of each stream. */
    @WithDefault("1")
    int replicas();

    /**
     * Anything else that jnats reads from its properties, without their {@code io.nats.client.}.
     */
    Map<String, String> client();
  }

  /** Planning. */
  interface Ticker {
    /** How long before they are due runs are made. */
    @WithDefault("PT5S")
    Duration lookAhead();
  }

  /** Leading. */
  interface Leader {
    @WithDefault("PT10S")
    Duration lease();
  }

  /** Executing. */
  interface Worker {
    @WithDefault("PT30S")
    Duration lease();

    /** How long a stopping worker lets its handlers finish before it hands their runs back. */
    @WithDefault("PT25S")
    Duration drain();

    /**
     * How many attempts a second have their start and end in the log; of those beyond, only what
     * went wrong and a line that counts the others. 0: none.
     */
    @WithDefault("50")
    int loggedPerSecond();
  }

  /** How many runs may be at work at once, in all processes together. */
  interface Limits {

    /** Of each tenant that has no number of its own; absent: any number. */
    OptionalInt tenant();

    /** Of single tenants, by their names. */
    Map<String, Integer> tenants();

    default TenantLimits ofTenants() {
      return new TenantLimits(tenant().isPresent() ? tenant().getAsInt() : null, tenants());
    }
  }

  /** Which traces are recorded, once somebody collects them. */
  interface Tracing {
    /** By the names of OTEL_TRACES_SAMPLER. */
    @WithDefault("parentbased_always_on")
    String sampler();

    /** Of the samplers that keep a part: which, from 0 to 1. */
    @WithDefault("1")
    double ratio();
  }

  default boolean has(Role role) {
    return roles().contains(role);
  }
}
