import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.IterableConsumer;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.ConsumerConfiguration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Prints each event of each run once, in order: type, subject, sequence. See README.md. */
public class Subscriber {

  static final Set<String> FINAL = Set.of("SUCCEEDED", "FAILED", "DEAD", "CANCELED", "MISSED");
  static final ObjectMapper JSON = new ObjectMapper();

  /** NATS repeats events, and Carillon does after a crash: soon after, and with the same id. */
  final Map<String, Boolean> seen =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > 100_000;
        }
      };

  int ended;

  /** One stream has all types, in the order in which they were told: nothing is held back. */
  void take(Message message) throws Exception {
    if (!message.getSubject().matches("scheduler\\.run\\.\\w+\\.default")) {
      return; // of schedules, jobs, workers, or another tenant's
    }
    JsonNode event = JSON.readTree(message.getData());
    if (seen.put(text(event, "/id"), true) == null) {
      System.out.printf(
          "%s %s %s%n", text(event, "/type"), text(event, "/subject"), text(event, "/sequence"));
      // The last attempt of a run that dies is told twice: failed, then dead.
      boolean deadIsNext =
          text(event, "/type").equals("scheduler.run.failed")
              && text(event, "/data/state").equals("DEAD");
      ended += FINAL.contains(text(event, "/data/state")) && !deadIsNext ? 1 : 0;
    }
  }

  static String text(JsonNode event, String pointer) {
    return event.at(pointer).asText();
  }

  public static void main(String[] args) throws Exception {
    int count = args.length > 1 ? Integer.parseInt(args[1]) : Integer.MAX_VALUE; // --count N
    String url = System.getenv().getOrDefault("NATS_URL", "nats://localhost:4222");
    Subscriber subscriber = new Subscriber();
    try (Connection nats = Nats.connect(url)) {
      // The server remembers how far this one is; what it did not acknowledge comes again.
      ConsumerContext consumer =
          nats.getStreamContext("CARILLON_EVENTS")
              .createOrUpdateConsumer(
                  ConsumerConfiguration.builder()
                      .durable("example-nats-java")
                      // From server 2.10 on: .filterSubjects("scheduler.run.started.default", …)
                      .build());
      try (IterableConsumer messages = consumer.iterate()) {
        while (subscriber.ended < count) {
          Message message = messages.nextMessage(Duration.ofSeconds(1));
          if (message != null) {
            subscriber.take(message);
            message.ack();
          }
        }
      }
      nats.flush(Duration.ofSeconds(5));
    }
  }
}
