import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints each event of each run once, in order: type, subject, sequence. See README.md. */
public class Subscriber {

  static final List<String> TOPICS =
      Stream.of("started", "succeeded", "failed", "dead", "canceled", "missed", "requeued")
          .map(event -> "scheduler.run." + event)
          .toList();
  static final Set<String> FINAL = Set.of("SUCCEEDED", "FAILED", "DEAD", "CANCELED", "MISSED");
  static final long PATIENCE = Duration.ofSeconds(30).toNanos();
  static final ObjectMapper JSON = new ObjectMapper();

  /** Kafka repeats events, and Carillon does after a crash: soon after, and with the same id. */
  final Map<String, Boolean> seen = new Latest<>(100_000, id -> {});

  final Map<String, Run> runs = new Latest<>(100_000, run -> print(run, true));
  int held;
  int ended;

  static class Run {
    /** Where it is, as far as it was printed; an event is printed when it goes on from there. */
    String at = "0 ended";

    /** What came too early, by sequence, and when the latest of it came. */
    final TreeMap<String, JsonNode> early = new TreeMap<>();

    long since;
  }

  void take(String json) throws Exception {
    JsonNode event = JSON.readTree(json);
    if (seen.put(text(event, "/id"), true) == null) {
      Run run = runs.computeIfAbsent(text(event, "/subject"), subject -> new Run());
      run.early.put(text(event, "/sequence"), event);
      run.since = System.nanoTime();
      held++;
      print(run, false);
    }
  }

  /**
   * Each type of event is a topic, and across topics Kafka keeps no order: a success may be read
   * before its start. Sequences rise with gaps, so the attempt's number tells what is still to come.
   */
  void print(Run run, boolean anyway) {
    while (!run.early.isEmpty()
        && (anyway || before(run.early.firstEntry().getValue()).equals(run.at))) {
      JsonNode event = run.early.pollFirstEntry().getValue();
      run.at = after(event);
      held--;
      ended += run.at.endsWith("ended") && FINAL.contains(text(event, "/data/state")) ? 1 : 0;
      System.out.printf(
          "%s %s %s%n", text(event, "/type"), text(event, "/subject"), text(event, "/sequence"));
    }
  }

  /** An attempt starts (or is canceled or missed before it can) when the one before has ended. */
  static String before(JsonNode event) {
    int attempt = event.at("/data/attempt").asInt();
    if (isA(event, "started") || event.at("/data/startedAt").isMissingNode()) {
      return attempt - 1 + " ended";
    }
    return attempt + (isA(event, "dead") ? " failed for good" : " started");
  }

  /** The last attempt of a run that dies has two ends: failed, then dead. */
  static String after(JsonNode event) {
    boolean deadIsNext = isA(event, "failed") && text(event, "/data/state").equals("DEAD");
    return text(event, "/data/attempt")
        + (isA(event, "started") ? " started" : deadIsNext ? " failed for good" : " ended");
  }

  /** What came before may have left its topic before we came: go on without it. */
  void printWhatWaitedLong() {
    long now = System.nanoTime();
    runs.values().stream().filter(run -> now - run.since > PATIENCE).forEach(run -> print(run, true));
  }

  static boolean isA(JsonNode event, String type) {
    return text(event, "/type").equals("scheduler.run." + type);
  }

  static String text(JsonNode event, String pointer) {
    return event.at(pointer).asText();
  }

  public static void main(String[] args) throws Exception {
    int count = args.length > 1 ? Integer.parseInt(args[1]) : Integer.MAX_VALUE; // --count N
    String servers = System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", servers,
            "group.id", "example-kafka-java",
            "auto.offset.reset", "earliest",
            "enable.auto.commit", false);
    Subscriber subscriber = new Subscriber();
    Thread main = Thread.currentThread();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, main)));
      consumer.subscribe(TOPICS);
      while (subscriber.ended < count) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(1));
        for (ConsumerRecord<String, String> one : records) {
          subscriber.take(one.value());
        }
        subscriber.printWhatWaitedLong();
        // What is held back is nowhere else: only when nothing is, is everything done.
        if (subscriber.held == 0 && !records.isEmpty()) {
          consumer.commitSync();
        }
      }
    } catch (WakeupException stopped) {
      // Ctrl-C: the consumer has left its group.
    }
  }

  static void stop(KafkaConsumer<?, ?> consumer, Thread main) {
    consumer.wakeup();
    try {
      main.join(5_000);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /** The latest so many of what was asked for; what goes is told. */
  static class Latest<V> extends LinkedHashMap<String, V> {
    final int most;
    final java.util.function.Consumer<V> going;

    Latest(int most, java.util.function.Consumer<V> going) {
      super(16, 0.75f, true);
      this.most = most;
      this.going = going;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      if (size() > most) {
        going.accept(eldest.getValue());
      }
      return size() > most;
    }
  }
}
