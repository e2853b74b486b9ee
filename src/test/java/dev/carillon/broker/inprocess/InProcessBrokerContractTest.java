package dev.carillon.broker.inprocess;

import dev.carillon.broker.Broker;
import dev.carillon.broker.BrokerContract;

/** The part of the contract that a broker without a server can keep. */
class InProcessBrokerContractTest extends BrokerContract {

  @Override
  protected Broker open() {
    return new InProcessBroker();
  }

  @Override
  protected boolean hasServer() {
    return false;
  }
}
