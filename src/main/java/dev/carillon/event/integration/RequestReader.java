package dev.carillon.event.integration;

import dev.carillon.broker.CloudEvent;
import dev.carillon.broker.CloudEventReader;
import dev.carillon.broker.Message;
import dev.carillon.broker.NotACloudEventException;
import dev.carillon.broker.RequestChannel;
import dev.carillon.run.Trace;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import org.jspecify.annotations.Nullable;

/** From a message to a request, without asking anybody: what fails here fails for ever. */
final class RequestReader {

  /** POST's own limit, before anything of it is read. */
  static final int MOST_BYTES = 4 * 1024 * 1024;

  private static final String SUBJECT = RequestChannel.TOPIC + ".";
  private static final String FORM = "[a-z0-9][a-z0-9_-]{0,62}";

  private final RunRequests runs;
  private final boolean localMode;

  /**
   * @param localMode whether who names no tenant means {@code default}
   */
  RequestReader(RunRequests runs, boolean localMode) {
    this.runs = runs;
    this.localMode = localMode;
  }

  /**
   * @throws RefusedException saying what to mend
   */
  Request read(Message message) {
    try {
      return request(message);
    } catch (RefusedException refused) {
      throw refused;
    } catch (NotACloudEventException not) {
      throw new RefusedException(String.valueOf(not.getMessage()));
    } catch (RuntimeException unforeseen) {
      // It depends on the message alone, so trying again would block a place for ever.
      throw new RefusedException(
          "the message cannot be read (" + unforeseen.getClass().getSimpleName() + ")");
    }
  }

  private Request request(Message message) {
    if (message.body().length > MOST_BYTES) {
      throw new RefusedException("a message must not exceed 4 MiB");
    }
    CloudEvent event = CloudEventReader.read(message);
    if (!event.type().equals(RequestChannel.TOPIC)) {
      throw new RefusedException("the type must be " + RequestChannel.TOPIC);
    }
    if (!CloudEventReader.isJson(event.attribute("datacontenttype"))) {
      throw new RefusedException("the data must be JSON: datacontenttype application/json");
    }
    String traceparent = event.attribute("traceparent");
    Requester requester =
        new Requester(
            tenant(message.topic(), event.attribute("tenant")),
            Trace.isValid(traceparent) ? traceparent : null);
    return new Request(requester, event.source(), event.id(), runs.read(event.data()));
  }

  private Tenant tenant(String topic, @Nullable String extension) {
    String subject = topic.startsWith(SUBJECT) ? topic.substring(SUBJECT.length()) : null;
    if (subject != null && !Tenant.isValid(subject)) {
      throw new RefusedException("the subject must end in one tenant, " + FORM);
    }
    if (extension != null && !Tenant.isValid(extension)) {
      throw new RefusedException("the extension tenant must be a tenant, " + FORM);
    }
    if (subject != null && extension != null && !subject.equals(extension)) {
      throw new RefusedException(
          "the extension tenant names another tenant than the subject; they must agree");
    }
    String named = subject == null ? extension : subject;
    if (named != null) {
      return new Tenant(named);
    }
    if (!localMode) {
      throw new RefusedException("the extension tenant is required: whose run is it?");
    }
    return Tenant.DEFAULT;
  }
}
