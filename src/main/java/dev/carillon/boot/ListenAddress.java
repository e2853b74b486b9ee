package dev.carillon.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where HTTP will listen, asked before anything slow is started. */
record ListenAddress(List<String> hosts, int port) {

  static final String IPV4 = "127.0.0.1";
  static final String IPV6 = "::1";

  static ListenAddress of(Environment environment) {
    String host = setting(environment, "quarkus.http.host").orElse(IPV4);
    List<String> hosts = new ArrayList<>(List.of(host));
    if (host.equals(IPV4) && hasIpv6()) {
      hosts.add(IPV6);
    }
    int port =
        setting(environment, "quarkus.http.port")
            .filter(text -> text.matches("\\d{1,5}"))
            .map(Integer::parseInt)
            .orElse(3080);
    return new ListenAddress(hosts, port);
  }

  void requireFree() {
    for (String host : hosts) {
      String refused = refused(host, port);
      if (refused != null) {
        throw new StartFailure(refused.contains("ermission") ? forbidden(port) : inUse(port));
      }
    }
  }

  static String inUse(int port) {
    return "Port %d is in use by another program. Stop that, or choose another port: PORT=%d"
        .formatted(port, port < 65535 ? port + 1 : port - 1);
  }

  static boolean hasIpv6() {
    return refused(IPV6, 0) == null;
  }

  private static String forbidden(int port) {
    return "Port %d is one that this user may not listen on. Choose one above 1023: PORT=3080"
        .formatted(port);
  }

  private static @Nullable String refused(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port), 1);
      return null;
    } catch (IOException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /**
   * Quarkus's own name for a setting goes before ours, here as in {@link CarillonConfigSources}.
   */
  private static Optional<String> setting(Environment environment, String key) {
    String variable = key.toUpperCase(java.util.Locale.ROOT).replace('.', '_');
    return Optional.ofNullable(System.getProperty(key))
        .or(() -> Optional.ofNullable(System.getenv(variable)))
        .or(() -> Optional.ofNullable(environment.settings().get(key)));
  }
}
