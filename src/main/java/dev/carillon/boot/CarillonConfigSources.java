package dev.carillon.boot;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes the environment's variables settings wherever Carillon runs: from its own {@link Main}, as
 * a library, in dev mode and in tests. They go before application.properties, and behind Quarkus's
 * own variables, so that {@code QUARKUS_HTTP_PORT} still has the last word.
 */
public final class CarillonConfigSources implements ConfigSourceFactory {

  private static final int ORDINAL = 275;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    if (isBuilding()) {
      return List.of();
    }
    Environment environment = new Environment(name -> value(context, name));
    if (!environment.problems().isEmpty()) {
      throw new StartFailure(String.join(" ", environment.problems()));
    }
    return List.of(
        new PropertiesConfigSource(environment.settings(), "Carillon's environment", ORDINAL));
  }

  /**
   * Whether Quarkus is building an application: what a source says then is written into it as a
   * default. The variables of the machine that builds are not meant for those that run it, and a
   * password does not belong into a jar. The class path does not tell: in dev mode it holds the
   * build steps all the time.
   */
  private static boolean isBuilding() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames.anyMatch(
                    frame -> frame.getClassName().startsWith("io.quarkus.deployment.")));
  }

  private static @Nullable String value(ConfigSourceContext context, String name) {
    ConfigValue value = context.getValue(name);
    return value == null ? null : value.getValue();
  }
}
