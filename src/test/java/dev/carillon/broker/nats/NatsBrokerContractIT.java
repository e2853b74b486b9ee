package dev.carillon.broker.nats;

import dev.carillon.broker.Broker;
import dev.carillon.broker.BrokerOutageContract;
import dev.carillon.broker.EventMessage;
import dev.carillon.testing.TestNats;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.MessageInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class NatsBrokerContractIT extends BrokerOutageContract {

  private TestNats nats;

  @BeforeAll
  void startNats() {
    nats = TestNats.start();
  }

  @AfterAll
  void closeNats() {
    if (nats != null) {
      nats.close();
    }
  }

  @Override
  protected Broker open() {
    return NatsBroker.open(
        new NatsSettings(nats.url(), null, 1, Map.of(), "/carillon/test", Duration.ofSeconds(20)),
        InstantSource.system());
  }

  @Override
  protected void stopServer() {
    nats.kill();
  }

  @Override
  protected void startServer() {
    if (!nats.isRunning()) {
      nats.again();
    }
  }

  @Override
  protected void sendDue(String queue, byte[] body) {
    send("scheduler.job.due." + queue, Map.of(), body);
  }

  @Override
  protected void sendRequest(Map<String, String> headers, byte[] body) {
    send("scheduler.run.requested.acme", headers, body);
  }

  private void send(String subject, Map<String, String> headers, byte[] body) {
    Headers written = new Headers();
    headers.forEach(written::put);
    try (Connection client = client()) {
      client.jetStream().publish(subject, written, body);
    } catch (IOException | JetStreamApiException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  protected List<Found> find(String address) {
    try (Connection client = client()) {
      JetStreamManagement streams = client.jetStreamManagement();
      String stream = streams.getStreamNames(address).get(0);
      List<Found> found = new ArrayList<>();
      for (MessageInfo message = next(streams, stream, 1, address);
          message != null;
          message = next(streams, stream, message.getSeq() + 1, address)) {
        Map<String, String> headers = new HashMap<>();
        if (message.getHeaders() != null) {
          message.getHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        }
        byte[] body = message.getData();
        found.add(new Found(null, headers, body == null ? new byte[0] : body));
      }
      return found;
    } catch (IOException | InterruptedException | JetStreamApiException failure) {
      throw new AssertionError(failure);
    }
  }

  private static MessageInfo next(
      JetStreamManagement streams, String stream, long from, String subject) throws IOException {
    try {
      return streams.getNextMessage(stream, from, subject);
    } catch (JetStreamApiException noFurther) {
      return null;
    }
  }

  private Connection client() throws IOException, InterruptedException {
    return Nats.connect(
        Options.builder().server(nats.url()).noReconnect().errorListener(SILENT).build());
  }

  private static final io.nats.client.ErrorListener SILENT = new io.nats.client.ErrorListener() {};

  @Override
  protected String addressOf(EventMessage event) {
    return event.type() + "." + event.tenant();
  }

  @Override
  protected boolean hasKeys() {
    return false;
  }
}
