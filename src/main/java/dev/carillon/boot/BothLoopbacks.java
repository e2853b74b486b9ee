package dev.carillon.boot;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Local mode is reached by the name {@code localhost}, which is ::1 for some programs and 127.0.0.1
 * for others. Quarkus listens on one address, so this opens the other, with the same options and
 * the same handler, where the machine has IPv6.
 *
 * <p>It also sees to it that local mode stays on this machine, however the host was configured:
 * nobody signs in there.
 */
@ApplicationScoped
final class BothLoopbacks {

  private static final Logger LOG = Logger.getLogger(BothLoopbacks.class);

  private final Vertx vertx;
  private final CarillonConfig config;
  private final String host;
  private final Welcome welcome;
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private volatile boolean stopped;

  BothLoopbacks(
      Vertx vertx,
      CarillonConfig config,
      @ConfigProperty(name = "quarkus.http.host") String host,
      Welcome welcome) {
    this.vertx = vertx;
    this.config = config;
    this.host = host;
    this.welcome = welcome;
  }

  void refuseOtherMachines(@Observes StartupEvent starting) {
    if (config.localMode() && !Environment.isLoopback(host)) {
      throw new StartFailure(
          "quarkus.http.host=%s would open local mode, in which nobody signs in, to other machines; right is quarkus.http.host=127.0.0.1."
              .formatted(host));
    }
  }

  void open(@ObservesAsync HttpServerStart started) {
    HttpServerOptions first = started.options();
    boolean both =
        ListenAddress.IPV4.equals(first.getHost())
            && LaunchMode.current() == LaunchMode.NORMAL
            && ListenAddress.hasIpv6();
    if (both) {
      listen(new HttpServerOptions(first).setHost(ListenAddress.IPV6));
    }
    welcome.print(first.getPort());
  }

  void close(@Observes ShutdownEvent stopping) {
    stopped = true;
    servers.forEach(HttpServer::close);
  }

  /**
   * As many listeners as there are event loops to serve them, as Quarkus has for its own address.
   */
  private void listen(HttpServerOptions options) {
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() * 2);
    for (int i = 0; i < loops && !stopped; i++) {
      HttpServer server =
          vertx
              .createHttpServer(options)
              // Asked for at each request: a reload in dev mode puts another in its place.
              .requestHandler(request -> VertxHttpRecorder.getRootHandler().handle(request));
      servers.add(server);
      try {
        server.listen().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException refused) {
        if (!stopped) {
          LOG.warnf(
              "[::1]:%d cannot be listened on (%s); 127.0.0.1 alone serves",
              options.getPort(), refused.getCause());
        }
        return;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
