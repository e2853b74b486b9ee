package dev.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run takes from its job's template and its schedule, and what it says itself. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RunTemplateTest {

  private static final String FAR = "'dueAt':'2999-01-01T00:00:00Z'";
  private static final String ONCE = "{'type':'ONE_SHOT','at':'2999-01-01T00:00:00Z'}";
  private static final String SCHEMA =
      "'paramsSchema':{'required':['month'],'properties':{'month':{'type':'string'},"
          + "'copies':{'type':'integer'}}}";

  @Inject Rows rows;

  private final Api api = Api.ofNewTenant();

  private void job(String body) {
    api.post("/jobs", body).then().statusCode(201);
  }

  private String run(String body) {
    return api.post("/runs", body).then().statusCode(201).extract().path("id");
  }

  private String ofRun(String column, String run) {
    return rows.texts("select " + column + "::text from runs where id = ?", UUID.fromString(run))
        .get(0);
  }

  private String queuedKey(String run) {
    return rows.texts("select concurrency_key from queue where id = ?", UUID.fromString(run))
        .get(0);
  }

  @Test
  void validatesWhatItsJobScheduleAndRunSayTogether() {
    job("{'key':'m','params':{'copies':1}," + SCHEMA + "}");

    api.post("/runs", "{'jobKey':'m'," + FAR + "}")
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/params/month"));
    api.post("/runs", "{'jobKey':'m','params':{'month':'s3cret','copies':'s3cret'}}")
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/params/copies"))
        .body(not(containsString("s3cret")));
    String run = run("{'jobKey':'m','params':{'month':'1'}," + FAR + "}");
    assertThat(ofRun("params", run)).isEqualTo("{\"month\": \"1\", \"copies\": 1}");

    String schedule = "{'key':'s','jobKey':'m','trigger':" + ONCE + ",'params':";
    api.post("/schedules", schedule + "{'month':1}}")
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/params/month"));
    api.post("/schedules", schedule + "{'month':'2'}}").then().statusCode(201);
    api.patch("/schedules/s", "{'params':{'copies':'x'}}").then().statusCode(422);
    api.patch("/schedules/s", "{'params':{'month':null}}").then().statusCode(422);
    api.post("/schedules/s/trigger", "{'params':{'copies':'x'}}")
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/params/copies"));
    api.post("/schedules/s/trigger", "{'params':{'copies':3}}")
        .then()
        .statusCode(202)
        .body("params.month", equalTo("2"))
        .body("params.copies", equalTo(3));
  }

  @Test
  void asksTheSchemaAsItIsNow() {
    job("{'key':'now'," + SCHEMA + "}");
    api.post("/runs", "{'jobKey':'now','params':{'month':1}," + FAR + "}").then().statusCode(422);

    api.patch("/jobs/now", "{'paramsSchema':{'properties':{'month':{'type':'integer'}}}}")
        .then()
        .statusCode(200);
    run("{'jobKey':'now','params':{'month':1}," + FAR + "}");

    api.patch("/jobs/now", "{'paramsSchema':null}").then().statusCode(200);
    run("{'jobKey':'now'," + FAR + "}");
  }

  @Test
  void givesAPatternThatBacktracksWithoutEndUp() {
    job("{'key':'slow','paramsSchema':{'properties':{'a':{'pattern':'^(a+)+$'}}}}");

    api.post("/runs", "{'jobKey':'slow','params':{'a':'" + "a".repeat(5_000) + "!'}," + FAR + "}")
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString("tries too many ways"));
  }

  @Test
  void makesTheConcurrencyKeyOfEachRun() {
    job("{'key':'k','concurrencyKey':'c-{params.customer.id}-{scope.region}'}");
    String made =
        run("{'jobKey':'k','params':{'customer':{'id':7}},'scope':{'region':'eu'}," + FAR + "}");
    String own = run("{'jobKey':'k','concurrencyKey':'mine'," + FAR + "}");
    String inline =
        run("{'target':{'type':'HANDLER','name':'noop'},'concurrencyKey':'adhoc'," + FAR + "}");
    job("{'key':'plain'}");
    String none = run("{'jobKey':'plain'," + FAR + "}");

    assertThat(queuedKey(made)).isEqualTo("c-7-eu");
    assertThat(ofRun("concurrency_key", made)).isEqualTo("c-7-eu");
    assertThat(queuedKey(own)).isEqualTo("mine");
    assertThat(queuedKey(inline)).isEqualTo("adhoc");
    assertThat(queuedKey(none)).isNull();
  }

  @Test
  void laysTheRunsRetryOverTheSchedules() {
    job("{'key':'r'}");
    api.post(
            "/schedules",
            "{'key':'s','jobKey':'r','trigger':"
                + ONCE
                + ",'labels':{'a':'b'},'retry':{'maxAttempts':2,'backoff':'LIST','delays':['PT1S']}}")
        .then()
        .statusCode(201)
        .body("retry.maxAttempts", equalTo(2))
        .body("retry.delays", contains("PT1S"))
        .body("labels.a", equalTo("b"));
    api.patch("/schedules/s", "{'retry':{'backoff':'FIXED'}}").then().statusCode(200);
    String triggered = api.post("/schedules/s/trigger").then().statusCode(202).extract().path("id");
    String own =
        run(
            "{'jobKey':'r','retry':{'maxAttempts':9,'jitter':'FULL'},'labels':{'x':'y'},"
                + FAR
                + "}");

    assertThat(ofRun("retry", triggered)).isEqualTo("{\"backoff\": \"FIXED\", \"maxAttempts\": 2}");
    assertThat(ofRun("retry", own)).isEqualTo("{\"jitter\": \"FULL\", \"maxAttempts\": 9}");
    assertThat(ofRun("labels", own)).isEqualTo("{\"x\": \"y\"}");
    api.patch("/schedules/s", "{'retry':{'backoff':'FIXED','maxAttempts':2}}")
        .then()
        .statusCode(200)
        .body("version", equalTo(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'retry':{'maxAttempts':0}                       | /retry/maxAttempts
          'retry':{'backoff':'LIST'}                      | /retry/delays
          'retry':{'initialDelay':'PT2M','maxDelay':'PT1M'} | /retry/maxDelay
          'retry':{'colour':1}                            | /retry/colour
          'concurrencyKey':''                             | /concurrencyKey
          'labels':{'a':'!'}                              | /labels/a
          """)
  void refusesWhatARunCannotSay(String field, String pointer) {
    job("{'key':'j'}");
    api.post("/runs", "{'jobKey':'j'," + field + "}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void countsADedupeKeyForAsLongAsTheJobSays() {
    job("{'key':'w','dedupeWindow':'PT1H'}");
    String body = "{'jobKey':'w','dedupeKey':'d'," + FAR + "}";
    String first = run(body);
    api.post("/runs", body)
        .then()
        .statusCode(200)
        .body("id", equalTo(first))
        .body("deduplicated", equalTo(true));

    expire("d");
    List<String> made =
        Racers.race(50, () -> api.post("/runs", body).then().extract().path("id").toString());

    assertThat(new HashSet<>(made)).hasSize(1).doesNotContain(first);
    assertThat(rows.texts("select count(*) from runs where tenant_id = ?", api.tenant()).get(0))
        .isEqualTo("2");
  }

  @Test
  void countsADedupeKeyForEverWhereNothingIsSaidAndOfASchedulesJobToo() {
    job("{'key':'ever'}");
    run("{'jobKey':'ever','dedupeKey':'e'," + FAR + "}");
    assertThat(
            rows.texts(
                "select expires_at is null from dedupe_keys where tenant_id = ? and key = 'e'",
                api.tenant()))
        .containsExactly("t");

    job("{'key':'w','dedupeWindow':'PT1H'}");
    api.post("/schedules", "{'key':'s','jobKey':'w','trigger':" + ONCE + "}");
    String trigger = "{'dedupeKey':'t'}";
    String first =
        api.post("/schedules/s/trigger", trigger).then().statusCode(202).extract().path("id");
    api.post("/schedules/s/trigger", trigger).then().statusCode(200).body("id", equalTo(first));
    expire("t");
    api.post("/schedules/s/trigger", trigger)
        .then()
        .statusCode(202)
        .body("id", not(equalTo(first)));
  }

  private void expire(String key) {
    rows.execute(
        "update dedupe_keys set expires_at = now() - interval '1 second' where tenant_id = ? and key = ?",
        api.tenant(),
        key);
  }

  @Test
  void givesBackfilledSkippedAndPlannedRunsTheirKeyAndRetry() {
    job("{'key':'b','concurrencyKey':'m-{params.month}','params':{'month':'0'}}");
    api.post(
            "/schedules",
            "{'key':'s','jobKey':'b','params':{'month':'5'},'retry':{'maxAttempts':1},'timezone':'UTC',"
                + "'trigger':{'type':'CRON','expression':'0 9 1 1 *'}}")
        .then()
        .statusCode(201);
    api.post("/schedules/s/backfill", "{'from':'2020-01-01T00:00:00Z','to':'2020-02-01T00:00:00Z'}")
        .then()
        .statusCode(202);
    api.post("/schedules/s/skip-next").then().statusCode(200);

    assertThat(
            rows.texts(
                "select concurrency_key || ' ' || retry from runs where tenant_id = ? order by id",
                api.tenant()))
        .containsExactly("m-5 {\"maxAttempts\": 1}", "m-5 {\"maxAttempts\": 1}");
  }

  @Test
  void takesNothingOfAnArchivedJob() {
    job("{'key':'gone'," + SCHEMA + "}");
    api.post("/jobs/gone/archive").then().statusCode(200);

    api.post("/runs", "{'jobKey':'gone'}").then().statusCode(409);
    api.post("/schedules", "{'jobKey':'gone','trigger':" + ONCE + "}").then().statusCode(409);
  }
}
