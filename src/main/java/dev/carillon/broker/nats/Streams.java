package dev.carillon.broker.nats;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventTypes;
import dev.carillon.broker.RequestChannel;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The streams, and how they are made. One that is there is left as its owner has it, but for
 * subjects that it lacks.
 */
final class Streams {

  static final String DUE = "CARILLON_DUE";
  static final String EVENTS = "CARILLON_EVENTS";
  static final String REQUESTS = "CARILLON_REQUESTS";
  static final String DEAD_LETTERS = "CARILLON_DEAD_LETTERS";

  static final String DUE_SUBJECT = "scheduler.job.due.";

  static final int STREAM_NOT_FOUND = 10059;

  private static final long MIB = 1024 * 1024;

  /**
   * Run types by name: {@code scheduler.run.requested.*} is not ours to tell, and subjects of two
   * streams must not overlap.
   */
  private static final List<String> EVENT_SUBJECTS =
      Stream.concat(
              EventTypes.OF_RUNS.stream().map(type -> type + ".*"),
              Stream.of(
                  "scheduler.job.created.*",
                  "scheduler.job.updated.*",
                  "scheduler.job.archived.*",
                  "scheduler.schedule.>",
                  "scheduler.worker.>",
                  "scheduler.group.>",
                  "scheduler.calendar.>"))
          .toList();

  private final List<StreamConfiguration> wanted;

  private Streams(List<StreamConfiguration> wanted) {
    this.wanted = wanted;
  }

  static Streams due(int replicas) {
    return new Streams(
        List.of(
            // Hints may be lost: an hour, or about a million of them, and the oldest go first.
            stream(DUE, replicas, Duration.ofHours(1), DUE_SUBJECT + "*")
                .maxBytes(256 * MIB)
                .build()));
  }

  static Streams rest(int replicas) {
    return new Streams(
        List.of(
            stream(EVENTS, replicas, Duration.ofDays(7), EVENT_SUBJECTS.toArray(String[]::new))
                // The server remembers each id in memory for so long. The relay repeats a batch
                // within seconds, also after a takeover; its lease is a sixth of this.
                .duplicateWindow(Duration.ofMinutes(1))
                .build(),
            stream(
                    REQUESTS,
                    replicas,
                    // Shorter than the inbox remembers (eight days): none that is there comes twice
                    // to a consumer that is made anew.
                    Duration.ofDays(6),
                    RequestChannel.TOPIC,
                    RequestChannel.TOPIC + ".*")
                .build(),
            stream(DEAD_LETTERS, replicas, Duration.ofDays(30), DeadLetters.TOPIC).build()));
  }

  private static StreamConfiguration.Builder stream(
      String name, int replicas, Duration maxAge, String... subjects) {
    return StreamConfiguration.builder()
        .name(name)
        .subjects(subjects)
        .storageType(StorageType.File)
        .discardPolicy(DiscardPolicy.Old)
        .maxAge(maxAge)
        .replicas(replicas);
  }

  /** Makes what is missing. */
  void ensure(JetStreamManagement management) throws IOException, JetStreamApiException {
    for (StreamConfiguration stream : wanted) {
      try {
        widen(management, management.getStreamInfo(stream.getName()).getConfiguration(), stream);
      } catch (JetStreamApiException failure) {
        if (failure.getApiErrorCode() != STREAM_NOT_FOUND) {
          throw failure;
        }
        // Of two processes that find it missing, both may add it: the same twice is no error.
        management.addStream(stream);
      }
    }
  }

  private static void widen(
      JetStreamManagement management, StreamConfiguration present, StreamConfiguration wanted)
      throws IOException, JetStreamApiException {
    List<String> missing =
        wanted.getSubjects().stream()
            .filter(subject -> present.getSubjects().stream().noneMatch(p -> covers(p, subject)))
            .toList();
    if (!missing.isEmpty()) {
      List<String> subjects = new ArrayList<>(present.getSubjects());
      subjects.addAll(missing);
      management.updateStream(StreamConfiguration.builder(present).subjects(subjects).build());
    }
  }

  /** Whether every subject that {@code narrow} matches is matched by {@code wide}. */
  static boolean covers(String wide, String narrow) {
    String[] w = wide.split("\\.");
    String[] n = narrow.split("\\.");
    for (int i = 0; i < w.length; i++) {
      if (w[i].equals(">")) {
        return n.length > i;
      }
      if (i >= n.length || n[i].equals(">")) {
        return false;
      }
      if (!w[i].equals("*") && !w[i].equals(n[i])) {
        return false;
      }
    }
    return w.length == n.length;
  }
}
