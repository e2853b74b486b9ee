package dev.carillon.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventMessage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class JoiningTest {

  private final AtomicReference<Joining> joining = new AtomicReference<>();
  private final Multi<EventMessage> watched =
      Multi.createFrom()
          .publisher(
              subscriber -> joining.set(new Joining("acme", UUID.randomUUID(), 0, subscriber)));

  @Test
  void oneThatWasCancelledWhileItWaitedSaysSo() {
    Cancellable reader = watched.select().first().subscribe().with(event -> {});

    reader.cancel();

    assertThat(joining.get().grant()).isFalse();
  }

  @Test
  void oneThatStaysGetsItsEvents() {
    List<EventMessage> seen = new ArrayList<>();
    watched.subscribe().with(seen::add);
    EventMessage event = event();

    assertThat(joining.get().grant()).isTrue();
    joining.get().show(Multi.createFrom().items(event));

    assertThat(seen).containsExactly(event);
  }

  @Test
  void oneThatIsGrantedTwiceIsSubscribedOnce() {
    List<EventMessage> seen = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    Cancellable reader = watched.subscribe().with(seen::add, failures::add);

    assertThat(joining.get().grant()).isTrue();
    assertThat(joining.get().grant()).isTrue();
    reader.cancel();

    assertThat(joining.get().grant()).isFalse();
    assertThat(failures).isEmpty();
  }

  private static EventMessage event() {
    return CloudEvents.read(
        """
        {"specversion": "1.0", "id": "018f3c1e-0000-7000-8000-000000000001", "source": "/test",
         "type": "scheduler.run.started", "subject": "runs/018f3c1e-0000-7000-8000-000000000002",
         "time": "2026-03-29T01:00:00Z", "tenant": "acme", "sequence": "0000000001", "data": {}}
        """
            .getBytes(StandardCharsets.UTF_8));
  }
}
