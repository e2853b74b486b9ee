package dev.carillon.bench.contestant;

import java.util.ArrayList;
import java.util.List;

/**
 * Carillon as somebody might run it.
 *
 * @param processes that execute runs, on one database. The first has all roles, as a single one
 *     would; the second, started to have more hands, is a worker and nothing else
 */
public record Deployment(BrokerServer.Kind broker, int processes) {

  /** As it is when nothing else is asked for. */
  public static final Deployment ONE = new Deployment(BrokerServer.Kind.IN_PROCESS, 1);

  /** Each broker, with one process and with two. */
  public static List<Deployment> all() {
    List<Deployment> all = new ArrayList<>();
    for (BrokerServer.Kind broker : BrokerServer.Kind.values()) {
      all.add(new Deployment(broker, 1));
      all.add(new Deployment(broker, 2));
    }
    return all;
  }

  /** As {@code -Dbench.systems} has it. */
  public String name() {
    return "carillon" + broker.suffix() + (processes == 1 ? "" : "-" + processes);
  }
}
