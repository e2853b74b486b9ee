package dev.carillon.rest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class JobResourceTest {

  private final Api api = Api.ofNewTenant();

  @Test
  void declaresAJobWithDefaults() {
    api.post("/jobs", "{'key':'send-invoices'}")
        .then()
        .statusCode(201)
        .header("Location", matchesPattern(".*/jobs/[0-9a-f-]{36}"))
        .header("ETag", "\"1\"")
        .body("key", equalTo("send-invoices"))
        .body("target.type", equalTo("HANDLER"))
        .body("queue", equalTo("default"))
        .body("retry.maxAttempts", equalTo(5))
        .body("retry.backoff", equalTo("EXPONENTIAL"))
        .body("retry.initialDelay", equalTo("PT1M"))
        .body("retry.maxDelay", equalTo("PT1H"))
        .body("timeout", equalTo("PT5M"))
        .body("priority", equalTo(2))
        .body("status", equalTo("CREATED"))
        .body("version", equalTo(1))
        .body("createdAt", matchesPattern(".*Z"));
  }

  @Test
  void showsWhatWasDeclaredByIdAndByKey() {
    String id =
        api.post(
                "/jobs",
                """
                {'key':'hook','name':'Hook','description':'d','queue':'reports','priority':0,'timeout':'PT30S',
                 'params':{'a':1,'b':{'c':[1.50,null]}},
                 'retry':{'maxAttempts':3,'backoff':'FIXED','initialDelay':'PT5S','maxDelay':'PT5S'},
                 'target':{'type':'HTTP','url':'http://127.0.0.1:9/x?y=1','method':'PUT',
                           'headers':{'X-Source':'carillon'},'timeout':'PT10S'}}
                """)
            .then()
            .statusCode(201)
            .extract()
            .path("id");

    for (String path : new String[] {"/jobs/" + id, "/jobs/hook"}) {
      api.get(path)
          .then()
          .statusCode(200)
          .header("ETag", "\"1\"")
          .body("id", equalTo(id))
          .body("queue", equalTo("reports"))
          .body("params.b.c", hasSize(2))
          .body("retry.backoff", equalTo("FIXED"))
          .body("target.method", equalTo("PUT"))
          .body("target.headers.X-Source", equalTo("carillon"))
          .body("target.timeout", equalTo("PT10S"));
    }
  }

  @Test
  void refusesATakenKey() {
    api.withJob("once");

    api.post("/jobs", "{'key':'once'}")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:wrong-state"))
        .body("errors[0].pointer", equalTo("/key"));
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    api.post(
            "/jobs",
            """
            {'key':'not good','colour':'red','timeout':'5 minutes','priority':9,
             'retry':{'maxAttempts':0,'backoff':'SLOWLY','jitter':'SOME'},'labels':{'a b':'c'}}
            """)
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:validation"))
        .body("title", notNullValue())
        .body("status", equalTo(422))
        .body("instance", equalTo("/jobs"))
        .body(
            "errors.pointer",
            hasItems(
                "/key",
                "/colour",
                "/timeout",
                "/priority",
                "/retry/maxAttempts",
                "/retry/backoff",
                "/retry/jitter",
                "/labels/a b"))
        .body("errors.find { it.pointer == '/timeout' }.example", equalTo("PT5M"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'key':5}                                    | /key
          {'key':'a','params':[1]}                     | /params
          {'key':'a','retry':{'maxAttempts':'3'}}      | /retry/maxAttempts
          {'key':'a','retry':{'maxAttempts':1.5}}      | /retry/maxAttempts
          {'key':'a','target':'HANDLER'}               | /target
          {'key':'a','target':{'type':'HTTP','url':'http://x/','headers':{'A':1}}} | /target/headers/A
          """)
  void refusesAWrongJsonTypeAsUnreadable(String body, String pointer) {
    api.post("/jobs", body)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:unreadable"))
        .body("errors.pointer", hasItem(pointer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{'key':'a'} x", "{'key':'a','key':'b'}", "nul", "[", "\u0000"})
  void refusesWhatIsNotJson(String body) {
    api.post("/jobs", body)
        .then()
        .statusCode(400)
        .body("type", equalTo("urn:carillon:problem:unreadable"))
        .body("errors[0].pointer", equalTo(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "3"})
  void refusesABodyThatIsNoObject(String body) {
    api.post("/jobs", body).then().statusCode(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                        | /key
          {'key':null}                                                              | /key
          {'key':'019a0000-0000-7000-8000-000000000001'}                            | /key
          {'key':'a','name':'\\u0000'}                                              | /name
          {'key':'a','params':{'x':'\\ud800'}}                                      | /params/x
          {'key':'a','params':{'x':1e999999}}                                       | /params/x
          {'key':'a','queue':'Not A Queue'}                                         | /queue
          {'key':'a','timeout':'PT0S'}                                              | /timeout
          {'key':'a','retry':{'initialDelay':'PT2H','maxDelay':'PT1H'}}             | /retry/maxDelay
          {'key':'a','target':{'type':'QUEUE'}}                                     | /target/type
          {'key':'a','target':{}}                                                   | /target/type
          {'key':'a','target':{'type':'HTTP'}}                                      | /target/url
          {'key':'a','target':{'type':'HANDLER','url':'http://x/'}}                 | /target/url
          {'key':'a','target':{'type':'HTTP','url':'ftp://x/'}}                     | /target/url
          {'key':'a','target':{'type':'HTTP','url':'http://u:p@x/'}}                | /target/url
          {'key':'a','target':{'type':'HTTP','url':'http://x/#f'}}                  | /target/url
          {'key':'a','target':{'type':'HTTP','url':'http:///x'}}                    | /target/url
          {'key':'a','target':{'type':'HTTP','url':'http://x/ y'}}                  | /target/url
          {'key':'a','target':{'type':'HTTP','url':'http://x/','secret':'secret:A'}}| /target/secret
          {'key':'a','target':{'type':'HTTP','url':'http://x/','body':{}}}          | /target/body
          {'key':'a','target':{'type':'HTTP','url':'http://x/','method':'TRACE'}}   | /target/method
          {'key':'a','target':{'type':'HTTP','url':'http://x/','headers':{'Authorization':'Bearer x'}}} | /target/headers/Authorization
          {'key':'a','target':{'type':'HTTP','url':'http://x/','headers':{'x-api-key':'x'}}}  | /target/headers/x-api-key
          {'key':'a','target':{'type':'HTTP','url':'http://x/','headers':{'Host':'y'}}}       | /target/headers/Host
          {'key':'a','target':{'type':'HTTP','url':'http://x/','headers':{'A':'b\\r\\nC: d'}}}| /target/headers/A
          {'key':'a','id':'x'}                                                      | /id
          """)
  void refusesWhatCannotBeObeyed(String body, String pointer) {
    api.post("/jobs", body)
        .then()
        .statusCode(422)
        .body("type", equalTo("urn:carillon:problem:validation"))
        .body("errors.pointer", hasItem(pointer));
  }

  @Test
  void refusesParametersThatAreTooLarge() {
    api.post("/jobs", "{'key':'a','params':{'x':'" + "y".repeat(257 * 1024) + "'}}")
        .then()
        .statusCode(413)
        .body("type", equalTo("urn:carillon:problem:too-large"))
        .body("errors[0].pointer", equalTo("/params"));
  }

  @Test
  void editsByMergePatch() {
    api.post("/jobs", "{'key':'j','name':'n','params':{'a':1,'b':2},'timeout':'PT1M'}");

    api.patch("/jobs/j", "{'name':null,'params':{'a':null,'c':3},'retry':{'maxAttempts':1}}")
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("version", equalTo(2))
        .body("name", nullValue())
        .body("params.a", nullValue())
        .body("params.b", equalTo(2))
        .body("params.c", equalTo(3))
        .body("timeout", equalTo("PT1M"))
        .body("retry.maxAttempts", equalTo(1))
        .body("retry.initialDelay", equalTo("PT1M"));
    api.get("/jobs/j").then().body("version", equalTo(2)).body("params.c", equalTo(3));
  }

  @Test
  void replacesATargetOfAnotherType() {
    api.post("/jobs", "{'key':'j','target':{'type':'HTTP','url':'http://x/'}}");

    api.patch("/jobs/j", "{'target':{'type':'HANDLER','name':'h'}}")
        .then()
        .statusCode(200)
        .body("target.url", nullValue())
        .body("target.name", equalTo("h"));
  }

  @Test
  void raisesNoVersionForAnEditThatChangesNothing() {
    api.post("/jobs", "{'key':'j','name':'n','params':{'a':1}}");

    api.patch("/jobs/j", "{'name':'n','params':{'a':1}}")
        .then()
        .statusCode(200)
        .body("version", equalTo(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'colour':null}      | 422 | /colour
          {'status':'ACTIVE'}  | 422 | /status
          {'key':'other'}      | 422 | /key
          {'key':null}         | 422 | /key
          {'priority':'high'}  | 400 | /priority
          {'target':{'type':'HTTP'}} | 422 | /target/url
          """)
  void refusesAWrongPatch(String patch, int status, String pointer) {
    api.withJob("j");

    api.patch("/jobs/j", patch).then().statusCode(status).body("errors.pointer", hasItem(pointer));
    api.get("/jobs/j").then().body("version", equalTo(1));
  }

  @Test
  void refusesALostUpdate() {
    api.withJob("j");
    api.request()
        .header("If-Match", "\"1\"")
        .contentType("application/merge-patch+json")
        .body("{\"name\":\"first\"}")
        .patch("/jobs/j")
        .then()
        .statusCode(200);

    api.request()
        .header("If-Match", "\"1\"")
        .contentType("application/json")
        .body("{\"name\":\"second\"}")
        .patch("/jobs/j")
        .then()
        .statusCode(412)
        .body("type", equalTo("urn:carillon:problem:lost-update"));
    api.get("/jobs/j").then().body("name", equalTo("first"));
  }

  @Test
  void knowsOnlyTheTenantsOwn() {
    api.withJob("j");
    Api other = Api.ofNewTenant();
    String id = api.get("/jobs/j").path("id");

    other.get("/jobs/j").then().statusCode(404);
    other.get("/jobs/" + id).then().statusCode(404);
    other.patch("/jobs/j", "{'name':'x'}").then().statusCode(404);
    other.patch("/jobs/" + id, "{'name':'x'}").then().statusCode(404);
    other.get("/jobs").then().body("items", hasSize(0));
    other.withJob("j"); // the key is free there
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "019a0000-0000-7000-8000-000000000001", "%20", "a%00b", "ä"})
  void answersNotFoundForWhatIsNotThere(String job) {
    api.request()
        .urlEncodingEnabled(false)
        .get("/jobs/" + job)
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:carillon:problem:not-found"));
  }
}
