import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Asks Carillon for runs: {@code Publisher.java JOB [ORDER [COUNT]]}. See README.md. */
public class Publisher {

  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    String job = args[0];
    String order = args.length > 1 ? args[1] : UUID.randomUUID().toString();
    int count = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    String servers = System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
    Map<String, Object> settings = Map.of("bootstrap.servers", servers);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (int i = 1; i <= count; i++) {
        String id = order + "-" + i;
        ProducerRecord<String, String> request =
            new ProducerRecord<>("scheduler.run.requested", id, event(id, job).toString());
        request.headers().add("content-type", "application/cloudevents+json".getBytes());
        // Waiting for each says which one failed; ask for many with a callback instead.
        producer.send(request).get();
        System.out.println("requested " + id);
      }
    }
  }

  /** However often it is sent, one source and id is one run: take an id that a repeat has too. */
  static ObjectNode event(String id, String job) {
    ObjectNode event = JSON.createObjectNode();
    event
        .put("specversion", "1.0")
        .put("type", "scheduler.run.requested")
        .put("source", "/examples/kafka-java")
        .put("id", id)
        .put("tenant", "default")
        .put("datacontenttype", "application/json");
    // As for POST /runs. The scope comes back in the events of the run.
    event.putObject("data").put("jobKey", job).putObject("scope").put("order", id);
    return event;
  }
}
