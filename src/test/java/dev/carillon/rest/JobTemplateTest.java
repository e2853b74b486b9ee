package dev.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.carillon.broker.EventFeed;
import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A job's template: all its fields, declared by key, and what it says of parameters. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class JobTemplateTest {

  private static final String MONTH =
      "'paramsSchema':{'required':['month'],'properties':{'month':{'type':'string'}}}";
  private static final String YEARLY = "{'type':'CRON','expression':'0 9 1 1 *'}";

  @Inject EventFeed feed;

  private final Api api = Api.ofNewTenant();

  private Response put(String key, String body) {
    return api.request()
        .contentType(ContentType.JSON)
        .body(Api.quoted(body))
        .put("/jobs/by-key/" + key);
  }

  @Test
  void showsAllThatWasDeclared() {
    api.post(
            "/jobs",
            """
            {'key':'all','maxConcurrency':3,'concurrencyKey':'c-{params.customer}','dedupeWindow':'PT1H',
             'eventPayload':'FULL','onFailure':'tell','labels':{'team':'billing','example.org/tier':''},
             'params':{'month':'2026-01'},%s,
             'retry':{'maxAttempts':4,'maxAge':'P1D','backoff':'LIST','delays':['PT1S','PT1M'],'jitter':'EQUAL',
                      'retryOn':['java.io.*','Timeout'],'noRetryOn':['java.io.EOFException']}}
            """
                .formatted(MONTH))
        .then()
        .statusCode(201);

    api.get("/jobs/all")
        .then()
        .body("maxConcurrency", equalTo(3))
        .body("concurrencyKey", equalTo("c-{params.customer}"))
        .body("dedupeWindow", equalTo("PT1H"))
        .body("eventPayload", equalTo("FULL"))
        .body("onFailure", equalTo("tell"))
        .body("labels.team", equalTo("billing"))
        .body("labels.'example.org/tier'", equalTo(""))
        .body("paramsSchema.required", contains("month"))
        .body("retry.maxAge", equalTo("PT24H"))
        .body("retry.backoff", equalTo("LIST"))
        .body("retry.delays", contains("PT1S", "PT1M"))
        .body("retry.jitter", equalTo("EQUAL"))
        .body("retry.retryOn", contains("java.io.*", "Timeout"))
        .body("retry.noRetryOn", contains("java.io.EOFException"));
  }

  @Test
  void patchesEachOfThemAndDropsAListWithItsBackoff() {
    api.post(
        "/jobs",
        "{'key':'p','labels':{'a':'1'},'maxConcurrency':2,'retry':{'backoff':'LIST','delays':['PT1S']}}");

    api.patch(
            "/jobs/p",
            "{'labels':{'b':'2'},'maxConcurrency':null,'retry':{'backoff':'LINEAR'},'dedupeWindow':'P1D'}")
        .then()
        .statusCode(200)
        .body("version", equalTo(2))
        .body("labels.a", equalTo("1"))
        .body("labels.b", equalTo("2"))
        .body("maxConcurrency", nullValue())
        .body("dedupeWindow", equalTo("PT24H"))
        .body("retry.backoff", equalTo("LINEAR"))
        .body("retry.delays", nullValue());
    api.patch("/jobs/p", "{'labels':{'a':'1'},'retry':{'backoff':'LINEAR'}}")
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
          'maxConcurrency':0                                    | /maxConcurrency
          'concurrencyKey':''                                   | /concurrencyKey
          'concurrencyKey':'c-{customer}'                       | /concurrencyKey
          'concurrencyKey':'c-{params.}'                        | /concurrencyKey
          'dedupeWindow':'PT0S'                                 | /dedupeWindow
          'eventPayload':'SOME'                                 | /eventPayload
          'onFailure':'j'                                       | /onFailure
          'onFailure':'not good'                                | /onFailure
          'labels':{'-a':'b'}                                   | /labels/-a
          'labels':{'a':'b c'}                                  | /labels/a
          'labels':{'A.b/c':'d'}                                | /labels/A.b~1c
          'retry':{'backoff':'LIST'}                            | /retry/delays
          'retry':{'delays':['PT1S']}                           | /retry/delays
          'retry':{'backoff':'LIST','delays':[]}                | /retry/delays
          'retry':{'backoff':'LIST','delays':['soon']}          | /retry/delays
          'retry':{'retryOn':['no class']}                      | /retry/retryOn
          'retry':{'maxAge':'P1Y'}                              | /retry/maxAge
          'retry':{'colour':'red'}                              | /retry/colour
          'paramsSchema':{'type':'text'}                        | /paramsSchema/type
          'paramsSchema':{'$ref':'http://127.0.0.1:9/a.json'}   | /paramsSchema/$ref
          'paramsSchema':{'properties':{'a':{'type':'string'}}},'params':{'a':1} | /params/a
          """)
  void refusesWhatIsWrongWithItsPlace(String field, String pointer) {
    api.post("/jobs", "{'key':'j'," + field + "}")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void saysWhereInATemplateItIsWrong() {
    api.post("/jobs", "{'key':'j','concurrencyKey':'ab-{params.x}-{job}'}")
        .then()
        .statusCode(422)
        .body("errors[0].position", equalTo(14));
  }

  @Test
  void createsOnceReplacesAndLeavesAloneByKey() {
    Told told = Told.of(api, feed);
    put("once", "{'name':'A','labels':{'a':'b'}}")
        .then()
        .statusCode(201)
        .header("ETag", "\"1\"")
        .body("key", equalTo("once"));
    put(
            "once",
            "{'name':'B','params':{'a':'secret'},"
                + "'paramsSchema':{'properties':{'a':{'default':'secret'}}}}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("labels", nullValue());
    put("once", "{'key':'other'}").then().statusCode(422);

    assertThat(told.await("scheduler.job.", 2)).hasSize(2);
    assertThat(told.messages("scheduler.job.", 2))
        .noneMatch(event -> event.data().encode().contains("secret"));
  }

  @Test
  void leavesAnArchivedJobArchivedAndKnowsAStaleVersion() {
    put("old", "{}").then().statusCode(201);
    api.post("/jobs/old/archive").then().statusCode(200);

    put("old", "{'name':'still'}")
        .then()
        .statusCode(200)
        .body("name", equalTo("still"))
        .body("status", equalTo("ARCHIVED"));
    api.request()
        .contentType(ContentType.JSON)
        .header("If-Match", "\"1\"")
        .body("{}")
        .put("/jobs/by-key/old")
        .then()
        .statusCode(412);
    api.request()
        .contentType(ContentType.JSON)
        .header("If-Match", "\"1\"")
        .body("{}")
        .put("/jobs/by-key/never-there")
        .then()
        .statusCode(412);
  }

  @Test
  void makesOneJobOfManyPutsAtOnce() {
    List<Integer> statuses =
        Racers.race(12, () -> put("raced", "{'name':'same'," + MONTH + "}").statusCode());

    assertThat(statuses).containsOnly(200, 201).containsOnlyOnce(201);
    api.get("/jobs/raced").then().body("version", equalTo(1));
  }

  @Test
  void refusesASchemaThatTheParamsOfAllSchedulesWouldBeTooMuchFor() {
    api.post("/jobs", "{'key':'m'}").then().statusCode(201);
    String values = "1,".repeat(199) + "1";
    for (int i = 0; i < 5; i++) {
      api.post(
              "/schedules",
              "{'key':'s%d','jobKey':'m','trigger':%s,'params':{'n':%d,'a':[%s]}}"
                  .formatted(i, YEARLY, i, values))
          .then()
          .statusCode(201);
    }
    String schema = "{'paramsSchema':{'allOf':[" + "true,".repeat(4_900) + "true]}}";

    api.patch("/jobs/m", schema)
        .then()
        .statusCode(409)
        .body("detail", containsString("too much work"));
    api.post("/schedules/s4/disable").then().statusCode(200);
    api.patch("/jobs/m", schema).then().statusCode(200);
  }

  @Test
  void refusesAChangeThatEnabledSchedulesWouldNotFit() {
    put("m", "{}").then().statusCode(201);
    api.post("/schedules", "{'key':'bare','jobKey':'m','trigger':" + YEARLY + "}");
    api.post(
        "/schedules",
        "{'key':'good','jobKey':'m','params':{'month':'1'},'trigger':" + YEARLY + "}");

    put("m", "{" + MONTH + "}")
        .then()
        .statusCode(409)
        .body("detail", containsString("bare (/params/month"));
    put("m", "{'params':{'month':'1'}," + MONTH + "}").then().statusCode(200);
    api.patch("/jobs/m", "{'params':null}").then().statusCode(409);

    api.post("/schedules/bare/disable").then().statusCode(200);
    api.patch("/jobs/m", "{'params':null}").then().statusCode(200);
    api.patch("/schedules/bare", "{'note':'off'}").then().statusCode(200);
    api.post("/schedules/bare/enable")
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/params/month"));
  }
}
