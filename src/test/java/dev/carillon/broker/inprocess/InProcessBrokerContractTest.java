package dev.carillon.broker.inprocess;

import dev.carillon.broker.Broker;
import dev.carillon.broker.BrokerContract;

/** One broker for all that happens in a case: another process could not reach it. */
class InProcessBrokerContractTest extends BrokerContract {

  private final InProcessBroker only = new InProcessBroker();

  @Override
  protected Broker open() {
    return only;
  }

  @Override
  protected void awaitReading(Broker broker) {
    // A consumer reads from the moment it subscribes.
  }
}
