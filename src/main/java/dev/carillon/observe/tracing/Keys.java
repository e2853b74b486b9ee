package dev.carillon.observe.tracing;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Attributes of spans: our own, and those of OpenTelemetry's semantic conventions for messaging and
 * HTTP clients.
 */
final class Keys {

  static final AttributeKey<String> RUN = AttributeKey.stringKey("carillon.run");
  static final AttributeKey<String> TENANT = AttributeKey.stringKey("carillon.tenant");
  static final AttributeKey<String> JOB = AttributeKey.stringKey("carillon.job");
  static final AttributeKey<String> SCHEDULE = AttributeKey.stringKey("carillon.schedule");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("carillon.attempt");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("carillon.outcome");
  static final AttributeKey<String> STATE = AttributeKey.stringKey("carillon.state");
  static final AttributeKey<String> DUE = AttributeKey.stringKey("carillon.due");

  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<String> SUBJECT = AttributeKey.stringKey("cloudevents.event_subject");

  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
  static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

  private static final String DUE_TOPIC = "scheduler.job.due.";

  private Keys() {}

  /** The topic or subject of a queue's due events. */
  static String dueTopic(String queue) {
    return DUE_TOPIC + queue;
  }
}
