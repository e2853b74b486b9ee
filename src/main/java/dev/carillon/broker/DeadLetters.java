package dev.carillon.broker;

import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** Port: where messages go that nobody here can act on, with the reason, for people to look at. */
public interface DeadLetters {

  /** The topic, and the NATS subject. */
  String TOPIC = "scheduler.dead-letter";

  /** The headers beside the message's own: where it came from and why it is here. */
  String REASON = "carillon-reason";

  String RULE = "carillon-rule";
  String ORIGINAL_TOPIC = "carillon-original-topic";
  String ORIGINAL_OFFSET = "carillon-original-offset";

  /**
   * On a letter that the broker would not take with all that the message had: the length in bytes
   * of the message's body. The letter's body is the beginning of that, and where the message's own
   * headers alone were too long, they are left out. The whole lies where the message came from, as
   * long as that is kept there.
   */
  String TRUNCATED = "carillon-truncated";

  /** How much of such a body is kept at most, in bytes: enough to see what it was. */
  int KEPT = 64 * 1024;

  /**
   * Completes when the broker has it, fails when it may not: the original must then not be
   * acknowledged.
   *
   * @param reason what to mend, in one line, without secrets
   * @param rule the event rule that could not be applied; null: none was
   */
  Uni<Void> setAside(Message message, String reason, @Nullable String rule);
}
