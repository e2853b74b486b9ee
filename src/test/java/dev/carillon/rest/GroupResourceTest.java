package dev.carillon.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class GroupResourceTest {

  private static final String FAR = "2998-01-01T00:00:00Z";
  private static final String LATER = "{'jobKey':'j','dueAt':'" + FAR + "'}";

  private final Api api = Api.ofNewTenant();

  @BeforeEach
  void declareAJob() {
    api.withJob("j");
  }

  @Test
  void makesAGroupWithItsRuns() {
    String id =
        api.post(
                "/groups",
                "{'name':'Month end','mode':'SEQUENTIAL','onFailure':'STOP','runs':["
                    + LATER
                    + ",{'jobKey':'j'},"
                    + LATER
                    + "]}")
            .then()
            .statusCode(201)
            .header("Location", matchesPattern(".*/groups/[0-9a-f-]{36}"))
            .body("tenant", equalTo(api.tenant()))
            .body("name", equalTo("Month end"))
            .body("mode", equalTo("SEQUENTIAL"))
            .body("onFailure", equalTo("STOP"))
            .body("maxParallel", nullValue())
            .body("status", equalTo("QUEUED"))
            .body("counts.total", equalTo(3))
            .body("runs", hasSize(3))
            .body("runs.jobKey", equalTo(List.of("j", "j", "j")))
            .extract()
            .path("id");

    Response group = api.get("/groups/" + id);
    group.then().statusCode(200).body("id", equalTo(id)).body("runs[0].dueAt", equalTo(FAR));
    String second = group.path("runs[1].id");
    api.get("/runs/" + second)
        .then()
        .body("state", equalTo("PENDING"))
        .body("heldBy", equalTo("group"));
    Api.ofNewTenant().get("/groups/" + id).then().statusCode(404);
    api.get("/groups/nonsense").then().statusCode(404);
  }

  @Test
  void runsAGroupToItsEnd() {
    api.post(
        "/jobs",
        "{'key':'noop','target':{'type':'HANDLER','name':'none-of-the-name'},'retry':{'maxAttempts':1}}");
    String id = api.post("/groups", "{'mode':'PARALLEL','runs':[{'jobKey':'noop'}]}").path("id");

    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> "PARTIAL".equals(api.get("/groups/" + id).path("status")));

    api.get("/groups?status=PARTIAL").then().body("items.id", equalTo(List.of(id)));
    api.post("/groups/" + id + "/runs", LATER)
        .then()
        .statusCode(409)
        .body("detail", containsString("PARTIAL"));
    api.post("/groups/" + id + "/cancel").then().statusCode(409);
    api.post("/groups/" + id + "/retry")
        .then()
        .statusCode(200)
        .body("status", equalTo("RUNNING"))
        .body("counts.total", equalTo(1));
  }

  @Test
  void answersWithTheFirstRunWhenItIsAskedForAgainAfterTheGroupsEnd() {
    String id = api.post("/groups", "{'mode':'PARALLEL'}").path("id");
    String wanted = "{'jobKey':'j','groupId':'%s','dueAt':'%s','dedupeKey':'%s'}";
    String first = wanted.formatted(id, FAR, "first");
    String run = api.post("/runs", first).then().statusCode(201).extract().path("id");
    api.post("/groups/" + id + "/cancel").then().statusCode(200);
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> "CANCELED".equals(api.get("/groups/" + id).path("status")));

    api.post("/runs", first)
        .then()
        .statusCode(200)
        .body("id", equalTo(run))
        .body("deduplicated", equalTo(true));

    String other = wanted.formatted(id, FAR, "other");
    api.post("/runs", other).then().statusCode(409).body("detail", containsString("CANCELED"));
    api.get("/groups/" + id).then().body("counts.total", equalTo(1));
    api.post("/runs", other.replace(id, "").replace("'groupId':'',", "")).then().statusCode(201);
  }

  /** Neither waits for what the other has while that waits for what it has. */
  @Test
  void makesOneOfTwoGroupsThatNameTheSameKeysInOppositeOrder() {
    for (int round = 0; round < 5; round++) {
      String keys = "k" + round + "-";
      java.util.concurrent.atomic.AtomicBoolean forth =
          new java.util.concurrent.atomic.AtomicBoolean();
      List<Integer> answers =
          Racers.race(
              2,
              () -> {
                boolean rising = forth.compareAndSet(false, true);
                String runs =
                    IntStream.range(0, 60)
                        .mapToObj(i -> keys + (rising ? 100 + i : 159 - i))
                        .map(key -> LATER.replace("{", "{'dedupeKey':'" + key + "',"))
                        .collect(Collectors.joining(","));
                return api.post("/groups", "{'mode':'PARALLEL','runs':[" + runs + "]}")
                    .statusCode();
              });
      assertEquals(List.of(201, 409), answers.stream().sorted().toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | 422 | /mode",
        "{'mode':'BESIDE'} | 422 | /mode",
        "{'mode':'PARALLEL','maxParallel':0} | 422 | /maxParallel",
        "{'mode':'SEQUENTIAL','maxParallel':2} | 422 | /maxParallel",
        "{'mode':'PARALLEL','onFailure':'EXPLODE'} | 422 | /onFailure",
        "{'mode':'PARALLEL','runs':{}} | 400 | /runs",
        "{'mode':'PARALLEL','runs':[{'jobKey':'j'},7]} | 400 | /runs/1",
        "{'mode':'PARALLEL','runs':[{'jobKey':'j'},{'jobKey':'j','priority':9}]} | 422 | /runs/1/priority",
        "{'mode':'PARALLEL','runs':[{'jobKey':'j'},{'jobKey':'unknown'}]} | 422 | /runs/1/jobKey",
        "{'mode':'PARALLEL','runs':[{'jobKey':'j','groupId':'x'}]} | 422 | /runs/0/groupId",
        "{'mode':'PARALLEL','status':'QUEUED'} | 422 | /status",
        "{'mode':'PARALLEL','colour':'red'} | 422 | /colour"
      })
  void saysWhatIsWrongAndMakesNothing(String body, int status, String pointer) {
    api.post("/groups", body).then().statusCode(status).body("errors.pointer", hasItems(pointer));

    api.get("/groups").then().body("items", hasSize(0));
    api.get("/runs").then().body("items", hasSize(0));
  }

  @Test
  void saysOfEachRunWhatIsWrong() {
    api.post("/groups", "{'mode':'PARALLEL','runs':[{'jobKey':'a'},{'jobKey':'j'},{'jobKey':'b'}]}")
        .then()
        .statusCode(422)
        .body("errors.pointer", equalTo(List.of("/runs/0/jobKey", "/runs/2/jobKey")));
  }

  @Test
  void showsAddedRunsInTheOrderOfTheRequestWhicheverKeysTheyHave() {
    String id = api.post("/groups", "{'mode':'PARALLEL'}").path("id");

    api.post(
            "/groups/" + id + "/runs",
            """
            {'runs':[{'jobKey':'j','dueAt':'2998-01-01T00:00:00Z'},
                     {'jobKey':'j','dueAt':'2998-01-02T00:00:00Z','dedupeKey':'b'},
                     {'jobKey':'j','dueAt':'2998-01-03T00:00:00Z','dedupeKey':'a'}]}
            """)
        .then()
        .statusCode(201)
        .body(
            "runs.dueAt",
            equalTo(
                List.of("2998-01-01T00:00:00Z", "2998-01-02T00:00:00Z", "2998-01-03T00:00:00Z")));
  }

  @Test
  void addsRunsOneByOneAndSeveralAtOnce() {
    String id = api.post("/groups", "{'mode':'SEQUENTIAL'}").path("id");
    api.get("/groups/" + id).then().body("status", equalTo("CREATED"));

    api.post("/groups/" + id + "/runs", LATER)
        .then()
        .statusCode(201)
        .header("Location", matchesPattern(".*/runs/[0-9a-f-]{36}"))
        .body("jobKey", equalTo("j"));
    api.post("/groups/" + id + "/runs", "{'runs':[" + LATER + "," + LATER + "]}")
        .then()
        .statusCode(201)
        .body("runs", hasSize(2));
    String last =
        api.post("/runs", "{'jobKey':'j','dueAt':'" + FAR + "','groupId':'" + id + "'}")
            .then()
            .statusCode(201)
            .extract()
            .path("id");

    api.get("/groups/" + id)
        .then()
        .body("status", equalTo("QUEUED"))
        .body("counts.total", equalTo(4))
        .body("runs[3].id", equalTo(last));
    api.post("/runs", "{'jobKey':'j','groupId':'" + UUID.randomUUID() + "'}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/groupId"));
    api.post("/groups/" + UUID.randomUUID() + "/runs", LATER).then().statusCode(404);
    api.post("/groups/" + id + "/runs", "{'runs':[]}").then().statusCode(422);
  }

  @Test
  void makesAThousandRunsAtOnceAndNotOneMore() {
    long before = System.nanoTime();
    api.post("/groups", "{'mode':'SEQUENTIAL','runs':[" + many(1_000) + "]}")
        .then()
        .statusCode(201)
        .body("counts.total", equalTo(1_000));
    long took = Duration.ofNanos(System.nanoTime() - before).toMillis();

    assertTrue(took < 10_000, "1,000 runs took " + took + " ms");
    api.post("/groups", "{'mode':'SEQUENTIAL','runs':[" + many(1_001) + "]}")
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/runs"));
  }

  @Test
  void ordersThoseThatWait() {
    Response made = api.post("/groups", "{'mode':'SEQUENTIAL','runs':[" + many(4) + "]}");
    String id = made.path("id");
    // The first may be let go at any moment.
    org.awaitility.Awaitility.await()
        .until(() -> !"PENDING".equals(api.get("/groups/" + id).path("runs[0].state")));
    List<String> runs = made.path("runs.id");

    put(id, runs.get(3), runs.get(1), runs.get(2))
        .then()
        .statusCode(200)
        .body("runs.id", equalTo(List.of(runs.get(0), runs.get(3), runs.get(1), runs.get(2))));
    put(id, runs.get(0), runs.get(1), runs.get(2), runs.get(3)).then().statusCode(409);
    put(id, runs.get(1), runs.get(2))
        .then()
        .statusCode(422)
        .body("errors[0].message", containsString(runs.get(3)));
    put(id, runs.get(1), runs.get(2), runs.get(3), UUID.randomUUID().toString())
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/runs/3"));
    put(id, runs.get(1), runs.get(1)).then().statusCode(422);
  }

  private Response put(String group, String... runs) {
    String named =
        java.util.Arrays.stream(runs).map(run -> "'" + run + "'").collect(Collectors.joining(","));
    return api.request()
        .contentType("application/json")
        .body(Api.quoted("{'runs':[" + named + "]}"))
        .put("/groups/" + group + "/order");
  }

  @Test
  void cancelsAndRetries() {
    String id = api.post("/groups", "{'mode':'PARALLEL','runs':[" + many(3) + "]}").path("id");

    api.post("/groups/" + id + "/retry").then().statusCode(409);
    api.post("/groups/" + id + "/cancel")
        .then()
        .statusCode(200)
        .body("status", equalTo("CANCELED"))
        .body("counts.canceled", equalTo(3))
        .body("counts.total", equalTo(3));
    api.post("/groups/" + id + "/cancel").then().statusCode(409);
    org.awaitility.Awaitility.await()
        .until(() -> api.post("/groups/" + id + "/retry").statusCode() == 200);
    api.get("/groups/" + id).then().body("counts.canceled", equalTo(0));
  }

  @Test
  void listsThemNewestFirst() {
    String first = api.post("/groups", "{'mode':'PARALLEL'}").path("id");
    String second = api.post("/groups", "{'mode':'PARALLEL','runs':[" + many(1) + "]}").path("id");

    Response page = api.get("/groups?limit=1");
    page.then().body("items.id", equalTo(List.of(second))).body("items[0].runs", nullValue());
    api.get("/groups?limit=1&after=" + page.path("next"))
        .then()
        .body("items.id", equalTo(List.of(first)))
        .body("next", nullValue());
    api.get("/groups?status=CREATED").then().body("items.id", equalTo(List.of(first)));
    api.get("/groups?status=DONE").then().statusCode(422);
    api.get("/groups?colour=red").then().statusCode(422);
    assertEquals("/groups", api.get("/").path("links.groups"));
  }

  private static String many(int count) {
    return IntStream.range(0, count).mapToObj(i -> LATER).collect(Collectors.joining(","));
  }
}
