package dev.carillon.event.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.Message;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be granted is set aside, and its reason says what to mend. */
class RefusedRequestsTest {

  private static final String OURS = "\"type\":\"scheduler.run.requested\"";
  private static final String OK = "\"data\":{\"jobKey\":\"send-invoices\"}";

  private static RequestsFixture fixture;
  private static FedChannel elsewhere;

  @BeforeAll
  static void open() {
    fixture = new RequestsFixture();
    fixture.start();
    elsewhere = new FedChannel();
    fixture.start(false, elsewhere);
    fixture.engine.execute(
        """
        insert into jobs (id, tenant_id, key, target, retry, timeout_ms, created_at, updated_at, status)
        select gen_random_uuid(), tenant_id, 'old', target, retry, timeout_ms, now(), now(), 'ARCHIVED' from jobs
        """);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @BeforeEach
  void forget() {
    fixture.setAside.clear();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                      | the message is not a CloudEvent: without ce_ or ce- headers its body must be JSON, and is not (line 1, column 2)",
        "``                                                     | the message is not a CloudEvent: neither ce_ or ce- headers nor a JSON object with specversion",
        "[]                                                     | the message is not a CloudEvent: neither ce_ or ce- headers nor a JSON object with specversion",
        "{'id':'1','source':'/s','type':'t'}                    | the attribute specversion is required",
        "{'specversion':'0.3','id':'1','source':'/s','type':'t'} | specversion must be 1.0",
        "{'specversion':'1.0','source':'/s','type':'t'}         | the attribute id is required",
        "{'specversion':'1.0','id':'','source':'/s','type':'t'} | the attribute id is required",
        "{'specversion':'1.0','id':'1','type':'t'}              | the attribute source is required",
        "{'specversion':'1.0','id':'1','source':'/s'}           | the attribute type is required",
        "{'specversion':'1.0','id':{},'source':'/s','type':'t'} | the attribute id must be a string, a number or a boolean",
        "{'specversion':'1.0','id':'a\\u0000b','source':'/s','type':'t'} | the attribute id contains a control character or half of a surrogate pair",
        "{'specversion':'1.0','id':'1','source':'/\\ud800','type':'t'} | the attribute source contains a control character or half of a surrogate pair",
        "{'specversion':'1.0','id':'1','source':'/s','type':'t'} | the type must be scheduler.run.requested",
        "{'specversion':'1.0','id':'1','id':'2','source':'/s','type':'t'} | the message is not a CloudEvent: without ce_ or ce- headers its body must be JSON, and is not (line 1, column 35)",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data':{},'data_base64':'e30='} | data and data_base64 are both there; one is allowed",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data_base64':'!'} | data_base64 is not Base64",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data_base64':'eyJhIjog'} | the data is not JSON (byte 6)",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'datacontenttype':'text/xml',OK} | the data must be JSON: datacontenttype application/json",
        "{'specversion':'1.0','id':'1','source':'/s',OURS}      | the data must be a JSON object: what POST /runs takes",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data':7} | the data must be a JSON object: what POST /runs takes",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'tenant':'Not A Tenant',OK} | the extension tenant must be a tenant, [a-z0-9][a-z0-9_-]{0,62}",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data':{'jobKey':'nope'}} | /jobKey: jobKey: there is no job nope",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data':{'jobKey':'old'}} | the job old is archived",
        "{'specversion':'1.0','id':'1','source':'/s',OURS,'data':{'jobKey':'send-invoices','priority':9,'colour':1}} | 2 things are wrong: /priority: priority: must be between 0 and 4; /colour: colour is not a field here; known are concurrencyKey, dedupeKey, dueAt, expiresAt, groupId, jobKey, labels, params, priority, retry, scope, target",
      })
  void setsAsideWithTheReason(String body, String reason) {
    fixture.feedAndAwait(fixture.structured(quoted(body)));

    assertEquals(reason, fixture.reason());
    assertEquals(1, fixture.setAside.size());
    assertEquals(0, fixture.runs());
    assertEquals(0, fixture.engine.count("select count(*) from inbox"));
  }

  @Test
  void setsTheMessageAsideAsItCame() {
    Message message = fixture.message("scheduler.run.requested", Map.of("mine", "4711"), "\u0000");

    fixture.feedAndAwait(message);

    assertEquals(message, fixture.setAside.getLast().message());
  }

  @Test
  void saysNothingOfParametersAndOnlyInOneLineOfAscii() {
    fixture.feedAndAwait(
        fixture.event("/s", "1", "{\"jobKey\":\"nö\\npe\",\"params\":{\"password\":\"hidden\"}}"));
    assertEquals("/jobKey: jobKey: there is no job n? pe", fixture.reason());

    fixture.feedAndAwait(
        fixture.message(
            "scheduler.run.requested",
            Map.of(
                "ce_specversion", "1.0",
                "ce_id", "1",
                "ce_source", "/s",
                "ce_type", "scheduler.run.requested"),
            "{\"params\":{\"password\": hidden}}"));
    assertFalse(fixture.reason().contains("hidden"), fixture.reason());
    assertTrue(fixture.reason().startsWith("the data is not JSON (byte "), fixture.reason());
  }

  @Test
  void refusesWhatIsTooLarge() {
    String large = "x".repeat(1024 * 1024);
    fixture.feedAndAwait(
        fixture.event(
            "/s", "1", "{\"jobKey\":\"send-invoices\",\"params\":{\"a\":\"" + large + "\"}}"));
    assertEquals("the data must not exceed 1 MiB", fixture.reason());

    fixture.feedAndAwait(fixture.structured(" ".repeat(4 * 1024 * 1024 + 1)));
    assertEquals("a message must not exceed 4 MiB", fixture.reason());

    fixture.feedAndAwait(
        fixture.event(
            "/s",
            "1",
            "{\"jobKey\":\"send-invoices\",\"params\":{\"a\":\""
                + large.substring(large.length() / 2)
                + "\"}}"));
    assertEquals(
        "/params: params, with those of schedule and job beneath them, must not exceed 256 KiB",
        fixture.reason());

    fixture.feedAndAwait(fixture.event("/" + "s".repeat(1024), "1", "{}"));
    assertEquals("the attribute source must not exceed 1024 bytes", fixture.reason());
  }

  /** No other try would find the values better. */
  @Test
  void setsAsideWhatTheDatabaseCannotKeep() {
    fixture.engine.pg.transactionFault(
        (tenant, go) ->
            fixture.engine.pg.faultless("select '\\u0000'::jsonb ->> 0").replaceWith("unreached"));
    try {
      fixture.feedAndAwait(fixture.event("/s", "1", "{\"jobKey\":\"send-invoices\"}"));
    } finally {
      fixture.engine.pg.transactionFault(null);
    }

    assertEquals("the database cannot keep a value of it (SQLSTATE 22P02)", fixture.reason());
  }

  // ── whose request it is
  // ──────────────────────────────────────────────────────────────────────────────

  @Test
  void refusesATenantThatIsNotTheSubjects() {
    fixture.feedAndAwait(named("scheduler.run.requested.acme", "default"));

    assertEquals(
        "the extension tenant names another tenant than the subject; they must agree",
        fixture.reason());
  }

  @Test
  void refusesASubjectThatNamesNoTenant() {
    fixture.feedAndAwait(named("scheduler.run.requested.a.b", null));

    assertEquals("the subject must end in one tenant, [a-z0-9][a-z0-9_-]{0,62}", fixture.reason());
  }

  @Test
  void looksForTheJobInTheSubjectsTenant() {
    fixture.feedAndAwait(named("scheduler.run.requested.acme", "acme"));
    assertEquals("/jobKey: jobKey: there is no job send-invoices", fixture.reason());

    fixture.setAside.clear();
    fixture.feedAndAwait(named("scheduler.run.requested.acme", null));
    assertEquals("/jobKey: jobKey: there is no job send-invoices", fixture.reason());
  }

  @Test
  void requiresATenantWhereNobodyIsTrusted() {
    elsewhere.feed(named("scheduler.run.requested", null));
    org.awaitility.Awaitility.await().until(() -> elsewhere.unacknowledged() == 0);

    assertEquals("the extension tenant is required: whose run is it?", fixture.reason());
  }

  private static Message named(String topic, String tenant) {
    String extension = tenant == null ? "" : "\"tenant\":\"" + tenant + "\",";
    return fixture.message(
        topic,
        Map.of("Content-Type", "application/cloudevents+json"),
        quoted("{'specversion':'1.0','id':'1','source':'/s',OURS," + extension + "OK}"));
  }

  private static String quoted(String body) {
    return body.replace("OURS", OURS).replace("OK", OK).replace('\'', '"');
  }
}
