package dev.carillon.boot;

import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Carillon by itself. Its name is chosen in the pom, so that an application that has Carillon as a library
 * keeps its own main class.
 */
@QuarkusMain(name = "carillon")
public final class Main {

  public static void main(String... arguments) {
    new Start(Environment.ofProcess()).go(arguments);
  }
}
