package dev.carillon.broker.inprocess;

import dev.carillon.broker.Broker;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.RequestChannel;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Map;

/**
 * The broker of the embedded default. Nobody outside can reach it, so it brings no requests, and
 * nobody could read what is set aside: dead runs are those of the list.
 */
public final class InProcessBroker implements Broker {

  private final InProcessDueChannel due = new InProcessDueChannel();
  private final InProcessEventChannel events = new InProcessEventChannel();

  @Override
  public DueChannel due() {
    return due;
  }

  @Override
  public EventChannel events() {
    return events;
  }

  @Override
  public EventFeed feed() {
    return events;
  }

  @Override
  public RequestChannel requests() {
    return () -> Multi.createFrom().nothing();
  }

  @Override
  public DeadLetters deadLetters() {
    return (message, reason, rule) -> Uni.createFrom().voidItem();
  }

  @Override
  public Map<String, String> tell() {
    return Map.of("broker", "in-process");
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
