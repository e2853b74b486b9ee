package dev.carillon.boot;

import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Carillon by itself. Its name is chosen in the pom, so that an application that has Carillon as a
 * library keeps its own main class.
 */
@QuarkusMain(name = "carillon")
public final class Main {

  public static void main(String... arguments) {
    // Before the first logger is asked for: Quarkus sets this too, but only when it is run.
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    new Start(Environment.ofProcess()).go(arguments);
  }
}
