package dev.carillon.boot;

import dev.carillon.boot.embedded.DataFolder;
import dev.carillon.boot.embedded.EmbeddedPostgres;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The start, in its order: environment, data folder, port, PostgreSQL, database, Quarkus; and the
 * end, in the opposite one. The database outlives Quarkus, so that workers can hand back what they
 * hold.
 *
 * <p>In dev mode Quarkus calls this again at every reload, in a new class loader of the same
 * process. What must survive that (the running server) is therefore remembered in system
 * properties, and the exit is left to Quarkus.
 */
final class Start {

  /** Set while Quarkus runs, in whichever class loader. */
  private static final String QUARKUS_RUNS = "dev.carillon.boot.quarkus-runs";

  /** Set once this process is ready for Quarkus: where the data is, in words. */
  static final String DATABASE = "dev.carillon.boot.database";

  /** Longer than Quarkus may take: it gives workers 25 s and requests 30 s. */
  private static final Duration QUARKUS_ENDS_WITHIN = Duration.ofSeconds(60);

  private final Environment environment;
  private final boolean reloads = LaunchMode.current() == LaunchMode.DEVELOPMENT;
  private @Nullable DataFolder folder;
  private @Nullable EmbeddedPostgres postgres;
  private boolean ending;
  private volatile boolean endWanted;
  private volatile int exitCode;

  Start(Environment environment) {
    this.environment = environment;
  }

  void go(String... arguments) {
    try {
      if (System.getProperty(DATABASE) == null) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "carillon-end"));
        prepare();
      }
    } catch (StartFailure failure) {
      // Ctrl-C reaches initdb too: that it broke off is then no news.
      if (!endWanted) {
        say(failure);
      }
      exitCode = 1;
      System.exit(1);
    }
    run(arguments);
  }

  /** Everything before Quarkus. A signal that comes meanwhile waits for it, see {@link #end}. */
  private synchronized void prepare() {
    List<String> problems = environment.problems();
    if (!problems.isEmpty()) {
      throw new StartFailure(String.join(System.lineSeparator() + "carillon: ", problems));
    }
    environment.unused().forEach(line -> System.err.println("carillon: " + line));
    Optional<PostgresUrl> named = environment.postgres();
    if (named.isPresent()) {
      ListenAddress.of(environment).requireFree();
      String version = Database.check(named.get());
      System.setProperty(DATABASE, named.get().place() + " (PostgreSQL " + version + ")");
    } else {
      folder = DataFolder.open(environment.data());
      ListenAddress.of(environment).requireFree();
      postgres = EmbeddedPostgres.start(folder);
      PostgresUrl url = postgres.url();
      Database.createIfMissing(postgres.maintenanceUrl(), url.database());
      String version = Database.check(url);
      Database.clearTheDead(url);
      url.settings().forEach(System::setProperty);
      System.setProperty(DATABASE, folder.root() + " (PostgreSQL " + version + ", embedded)");
    }
  }

  private void run(String... arguments) {
    synchronized (this) {
      if (ending) {
        return;
      }
      System.setProperty(QUARKUS_RUNS, "true");
    }
    if (reloads) {
      try {
        Quarkus.run(arguments);
      } finally {
        System.clearProperty(QUARKUS_RUNS);
      }
    } else {
      Quarkus.run(null, this::quarkusEnded, arguments);
    }
  }

  private void quarkusEnded(Integer code, @Nullable Throwable cause) {
    exitCode = code;
    if (cause != null) {
      say(cause);
    }
    System.clearProperty(QUARKUS_RUNS);
    System.exit(code);
  }

  /** Runs when the process ends, whoever ends it: Ctrl-C, SIGTERM, a failed start. */
  private void end() {
    endWanted = true;
    awaitQuarkus();
    synchronized (this) {
      ending = true;
      if (postgres != null) {
        postgres.close();
      }
      if (folder != null) {
        folder.close();
      }
    }
    if (exitCode == 0) {
      // All was stopped as asked for. The JVM's own status would be that of the signal.
      Runtime.getRuntime().halt(0);
    }
  }

  private static void awaitQuarkus() {
    long deadline = System.nanoTime() + QUARKUS_ENDS_WITHIN.toNanos();
    while (System.getProperty(QUARKUS_RUNS) != null && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private static void say(Throwable cause) {
    String plain = plainly(cause);
    if (plain != null) {
      System.err.println("carillon: " + plain);
    } else {
      // Not by a logger: at this point one may not be set up yet, or no longer.
      System.err.println("carillon: The start failed, and here is why:");
      cause.printStackTrace();
    }
  }

  /** In words, if it is for whoever started us to mend; null, if only its stack trace can help. */
  private static @Nullable String plainly(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartFailure) {
        return cause.getMessage();
      }
      if (cause instanceof QuarkusBindException bind) {
        return ListenAddress.inUse(bind.getPort());
      }
      if (cause instanceof ConfigurationException || cause instanceof ConfigValidationException) {
        return cause.getMessage();
      }
    }
    return null;
  }
}
