package dev.carillon.bench.contestant;

import java.util.Map;
import java.util.Optional;

/** What carries Carillon's messages. A server is started when the first contestant needs it. */
public enum BrokerServer {
  IN_PROCESS("");

  private final String suffix;

  BrokerServer(String suffix) {
    this.suffix = suffix;
  }

  String suffix() {
    return suffix;
  }

  /** What Carillon must be told to use it. */
  Map<String, String> environment() {
    return Map.of();
  }

  Optional<ProcessHandle> process() {
    return Optional.empty();
  }
}
