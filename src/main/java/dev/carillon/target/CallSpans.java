package dev.carillon.target;

import dev.carillon.RunContext;

/** Port: follows the HTTP requests of targets, for whoever traces them. Never throws. */
public interface CallSpans {

  /** Nobody traces: the receiver is told the attempt's context. */
  CallSpans OFF =
      new CallSpans() {
        private final CallSpan none =
            new CallSpan() {
              @Override
              public String traceparent(RunContext run) {
                return run.traceparent();
              }

              @Override
              public void answered(int status) {}

              @Override
              public void failed(Throwable failure) {}
            };

        @Override
        public CallSpan begin(RunContext run, String method, String url) {
          return none;
        }
      };

  CallSpan begin(RunContext run, String method, String url);

  /** One request; of answered and failed, the first counts. */
  interface CallSpan {

    /** The W3C trace context that the receiver is told. */
    String traceparent(RunContext run);

    void answered(int status);

    void failed(Throwable failure);
  }
}
