import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.Nats;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Asks Carillon for runs: {@code Publisher.java JOB [ORDER [COUNT]]}. See README.md. */
public class Publisher {

  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    String job = args[0];
    String order = args.length > 1 ? args[1] : UUID.randomUUID().toString();
    int count = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    String url = System.getenv().getOrDefault("NATS_URL", "nats://localhost:4222");
    Headers headers = new Headers().put("content-type", "application/cloudevents+json");
    try (Connection nats = Nats.connect(url)) {
      JetStream stream = nats.jetStream();
      for (int i = 1; i <= count; i++) {
        String id = order + "-" + i;
        // The subject says whose run it is. It returns when the stream has it, and throws else.
        stream.publish(
            "scheduler.run.requested.default",
            headers,
            event(id, job).toString().getBytes(StandardCharsets.UTF_8));
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
        .put("source", "/examples/nats-java")
        .put("id", id)
        .put("datacontenttype", "application/json");
    // As for POST /runs. The scope comes back in the events of the run.
    event.putObject("data").put("jobKey", job).putObject("scope").put("order", id);
    return event;
  }
}
