package dev.carillon.broker.nats;

import io.nats.client.Nats;
import io.nats.client.Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where NATS is, and who we are there.
 *
 * @param url one or several addresses, separated by commas; a user and a password, or a token, may
 *     be in them
 * @param credentials a .creds file; null: none
 * @param replicas copies of each stream that is made; at least 1
 * @param client anything else that jnats reads from its properties, without their {@code
 *     io.nats.client.}
 * @param source which Carillon tells events: {@code /carillon/{instance}}
 * @param redeliverAfter how long a message may be in hand before it is given to another; longer
 *     than a due event waits its turn in a busy worker, or others would try it in vain
 */
public record NatsSettings(
    String url,
    @Nullable Path credentials,
    int replicas,
    Map<String, String> client,
    String source,
    Duration redeliverAfter) {

  private static final Duration REDELIVER_AFTER = Duration.ofSeconds(45);

  /** A scheme that we know, and the brackets before it, may stay; another could be a user. */
  private static final Pattern SECRET =
      Pattern.compile("(?i)([\\[({\"']*(?:nats|tls|opentls|ws|wss)://)?[^\\s,]*@");

  public NatsSettings {
    client = Map.copyOf(client);
  }

  /** With a redelivery that suits production. */
  public NatsSettings(
      String url,
      @Nullable Path credentials,
      int replicas,
      Map<String, String> client,
      String source) {
    this(url, credentials, replicas, client, source, REDELIVER_AFTER);
  }

  /** The addresses without users, passwords and tokens. */
  String addresses() {
    return withoutSecrets(url);
  }

  /**
   * Takes user info out of whatever addresses are in a text: messages of jnats repeat them, also
   * those that it cannot read. So everything up to the last {@code @} of a word goes, with or
   * without a scheme, whatever is in it.
   */
  static String withoutSecrets(String text) {
    return SECRET.matcher(text).replaceAll("$1");
  }

  /**
   * A connection that ends when it is lost, rather than come back with what it had queued: {@link
   * NatsLink} says why.
   */
  Options.Builder options() {
    Properties properties = new Properties();
    client.forEach((name, value) -> properties.setProperty("io.nats.client." + name, value));
    Options.Builder options =
        Options.builder()
            .connectionTimeout(Duration.ofSeconds(2))
            // A server that hangs is noticed within a quarter of a minute.
            .pingInterval(Duration.ofSeconds(5))
            .maxPingsOut(2)
            // What waits here is bounded by who publishes (AckedPublisher), so that nobody blocks.
            .maxMessagesInOutgoingQueue(Integer.MAX_VALUE)
            // Writing each request by itself would cost a system call for every message.
            .dontForceFlushOnRequest()
            .properties(properties)
            .servers(url.split("\\s*,\\s*"))
            .noReconnect();
    if (credentials != null) {
      options.authHandler(Nats.credentials(credentials.toString()));
    }
    return options;
  }

  @Override
  public String toString() {
    return "NatsSettings[" + addresses() + "]";
  }
}
