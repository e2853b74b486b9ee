package dev.carillon.bench.contestant;

import dev.carillon.bench.measure.Sql;
import dev.carillon.bench.peer.Conversation;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Another scheduler, in a program of ours that is told of rounds on its standard input. */
abstract class PeerUnderTest implements Contestant {

  /** Making a thousand schedules one after another takes some of them a while. */
  private static final int PATIENCE_SECONDS = 120;

  private final String name;
  private final Venue venue;
  private final String setup;
  private final Process process;
  private final BufferedWriter tell;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private boolean executed;

  /**
   * Starts it and waits until it is ready.
   *
   * @param setup in words, for the table
   * @param main the program; its first two arguments are the JDBC URL and the user
   */
  PeerUnderTest(String name, Venue venue, String setup, Class<?> main, String... arguments) {
    this.name = name;
    this.venue = venue;
    this.setup = setup;
    this.process = start(main, arguments);
    this.tell = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::listen, name + "-output");
    reader.setDaemon(true);
    reader.start();
    await(Conversation.READY);
  }

  private Process start(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(HEAP);
    // The one on the class path, which says so when it is not the one in use.
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    // JobRunr writes instants as local ones, and its rows are copied by SQL.
    command.add("-Duser.timezone=UTC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.add(venue.jdbcUrl());
    command.add(venue.postgres().user());
    command.addAll(List.of(arguments));
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(venue.file(".log").toFile()))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroy));
      return started;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String setup() {
    return setup;
  }

  @Override
  public List<ProcessHandle> processes() {
    return List.of(process.toHandle());
  }

  @Override
  public String database() {
    return venue.database();
  }

  @Override
  public void expect(Load load) {
    executed = false;
    say("expect " + load.round() + " " + load.count());
    await(Conversation.EXPECTING);
  }

  /** Whether the tables say so too; asked only after all runs of the round were executed. */
  abstract boolean isEmpty(Sql sql) throws SQLException;

  @Override
  public boolean isSettled(Sql sql) throws SQLException {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " has ended with " + process.exitValue());
    }
    // To ask the table all the time would be work that is not the contestant's.
    executed |= Conversation.EXECUTED.equals(told.poll());
    return executed && isEmpty(sql);
  }

  @Override
  public Executed executed(Load load, Sql sql) {
    return report().asRound(name, load);
  }

  /** As {@link Clockwork} has it, for those that are one. */
  public void schedule(int round, int schedules, Instant first) {
    say("beat " + round + " " + schedules + " " + first.toEpochMilli());
    await(Conversation.EXPECTING);
  }

  /** As {@link Clockwork} has it, for those that are one. */
  public Notes fires(Instant from, Instant to, Sql sql) {
    return report().dueWithin(from, to);
  }

  private Notes report() {
    Path report = venue.file(".report");
    say("report " + report);
    await(Conversation.REPORTED);
    return Notes.read(report);
  }

  private void say(String line) {
    try {
      tell.write(line + "\n");
      tell.flush();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void await(String answer) {
    try {
      String line = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!answer.equals(line)) {
        throw new IllegalStateException(name + " says " + line + " instead of " + answer);
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** What is not an answer is a line of its log. */
  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(Conversation.ANSWER)) {
          told.add(line);
        } else {
          System.err.println(name + ": " + line);
        }
      }
    } catch (IOException ended) {
      // The process is gone; whoever waits for an answer says so.
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
    }
  }
}
