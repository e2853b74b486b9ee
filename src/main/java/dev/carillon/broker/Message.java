package dev.carillon.broker;

import java.util.Map;

/**
 * A message as the broker gave it: not read yet, and perhaps not readable.
 *
 * @param topic the Kafka topic or the NATS subject that it came on
 * @param position where in it, for people who look for it: {@code partition/offset} on Kafka, the
 *     stream's sequence on NATS
 * @param headers by name as they were written; of several with one name, the last
 * @param body empty where there was none
 */
public record Message(String topic, String position, Map<String, String> headers, byte[] body) {}
