package dev.carillon;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.carillon.run.RunState;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What may use what, and why: each rule names the record of its decision. */
class ArchitectureTest {

  private static final String BROKER = "docs/decisions/0001";
  private static final String STORAGE = "docs/decisions/0003";
  private static final String SQL = "docs/decisions/0004";
  private static final String CONCURRENCY = "docs/decisions/0005";
  private static final String KERNEL = "docs/decisions/0006";
  private static final String SECURITY = "docs/decisions/0008";
  private static final String PACKAGES = "docs/decisions/0010";

  private static final Pattern STATEMENT =
      Pattern.compile(
          "\"\"\"\\s+(--[^\\n]*\\s+)*(select|insert|update|delete|with|merge)\\s|\"(select|insert into|update|delete from|with) [a-z_]+ ");

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .importUrl(RunState.class.getProtectionDomain().getCodeSource().getLocation());
    assertTrue(ours.contain(RunState.class));
  }

  // ── the kernel
  // ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void theKernelKnowsNoFramework() {
    check(
        classes()
            .that()
            .resideInAnyPackage("dev.carillon.time..", "dev.carillon.run", "dev.carillon.schedule")
            .and()
            .resideOutsideOfPackages("dev.carillon.time.rrule..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "dev.carillon.time..",
                "dev.carillon.run",
                "dev.carillon.schedule")
            .because(
                "what is pure is tested without a database and outlives frameworks; " + KERNEL));
    check(
        classes()
            .that()
            .resideInAPackage("dev.carillon.time.rrule..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "org.dmfs..", "dev.carillon.time..")
            .because("lib-recur stands behind our own trigger; " + KERNEL));
  }

  @Test
  void calendarsAreWrittenByWhatIsPure() {
    check(
        classes()
            .that()
            .resideInAPackage("dev.carillon.ical")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "org.jspecify..", "dev.carillon.ical", "dev.carillon.time..")
            .because("a calendar is text, and its tests need no database; docs/decisions/0018"));
  }

  @Test
  void timeKnowsNothingOfOursAndRunsKnowAtMostTime() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.carillon.time..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.carillon..")
                    .and(not(resideInAPackage("dev.carillon.time.."))))
            .because("it stands alone; " + KERNEL));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.carillon.run")
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.carillon..")
                    .and(not(resideInAnyPackage("dev.carillon.time..", "dev.carillon.run"))))
            .because("a run is the same whoever made it; " + KERNEL));
  }

  @Test
  void theFrontDoorShowsOnlyTheKernel() {
    check(
        classes()
            .that()
            .resideInAPackage("dev.carillon")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "dev.carillon",
                "dev.carillon.run",
                "dev.carillon.schedule",
                "dev.carillon.time..")
            .because("a team's own application must not need our framework's types; " + PACKAGES));
  }

  // ── stages
  // ───────────────────────────────────────────────────────────────────────────────────────

  @Test
  void tickerAndWorkerNeverSeeEachOther() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.carillon.ticker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.carillon.worker..")
            .because(
                "they meet in the tables and on the broker: that is what roles mean; " + BROKER));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.carillon.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.carillon.ticker..")
            .because(
                "they meet in the tables and on the broker: that is what roles mean; " + BROKER));
  }

  @Test
  void onlyBootKnowsAdapters() {
    for (String port : List.of("dev.carillon.broker", "dev.carillon.target")) {
      check(
          noClasses()
              .that()
              .resideOutsideOfPackages("dev.carillon.boot..", port + ".*..")
              .should()
              .dependOnClassesThat()
              .resideInAPackage(port + ".*..")
              .because("which adapter it is, is decided at the start; " + BROKER));
      slices()
          .matching(port + ".(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true)
          .because("one adapter must be removable without another; " + BROKER)
          .check(ours);
    }
  }

  @Test
  void nothingDependsOnRest() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.carillon.rest..", "dev.carillon.boot..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.carillon.rest..")
            .because("the engine serves without REST; " + PACKAGES));
  }

  @Test
  void leasesAndLoopsServeTheEngineOnly() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "dev.carillon.lease..",
                "dev.carillon.ticker..",
                "dev.carillon.event..",
                "dev.carillon.maintenance..",
                "dev.carillon.worker..",
                "dev.carillon.boot..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.carillon.lease..")
            .because("only duties that one process does need leadership; docs/decisions/0002"));
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.carillon.rest..", "dev.carillon.catalog..", "dev.carillon.tenancy..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.carillon.loop..")
            .because("a request repeats nothing; " + CONCURRENCY));
  }

  @Test
  void packagesFormNoCycle() {
    slices()
        .matching("dev.carillon.(*)..")
        .should()
        .beFreeOfCycles()
        .because("a newcomer reads forward only; " + PACKAGES)
        .check(ours);
  }

  // ── the database
  // ─────────────────────────────────────────────────────────────────────────────────

  @Test
  void onlyPgTouchesAPool() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.carillon.pg..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Pool.class)
            .because("role and tenant are set before anything else, in one place; " + SECURITY));
  }

  @Test
  void statementsStandInSqlClasses() throws IOException {
    List<String> elsewhere;
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      elsewhere =
          sources
              .filter(source -> source.toString().endsWith(".java"))
              .filter(source -> !source.getFileName().toString().endsWith("Sql.java"))
              // These own what they say: connections, the outbox's columns, the start.
              .filter(source -> !source.toString().matches(".*/(pg|boot|boot/embedded)/[^/]+"))
              .filter(source -> !source.getFileName().toString().equals("OutboxRows.java"))
              .filter(ArchitectureTest::holdsAStatement)
              .map(Path::toString)
              .toList();
    }

    assertEquals(
        List.of(),
        elsewhere,
        "a statement is the algorithm and stands beside the class that uses it; " + SQL);
  }

  @Test
  void entitiesAndChannelsStayWhereTheyBelong() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "dev.carillon.catalog..",
                "dev.carillon.tenancy..",
                "dev.carillon.worker.remote..",
                "dev.carillon.samples..")
            .should()
            .beAnnotatedWith("jakarta.persistence.Entity")
            .because("people's rows are edited, the engine's are not; " + STORAGE));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.carillon.rest..")
            .should()
            .beAnnotatedWith("jakarta.ws.rs.Path")
            .because("HTTP is spoken in one place; " + PACKAGES));
    check(
        methods()
            .that()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackages("dev.carillon.broker..")
            .should()
            .notBeAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Incoming")
            .andShould()
            .notBeAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Outgoing")
            .because("the core sees no broker; " + BROKER));
  }

  // ── how it is written
  // ────────────────────────────────────────────────────────────────────────────

  @Test
  void whatABeanNeedsComesByItsConstructor() {
    check(
        fields()
            .should()
            .notBeAnnotatedWith("jakarta.inject.Inject")
            .because("a plain class can be built in a test as in life; " + PACKAGES));
  }

  @Test
  void timeComesFromTheEnginesClock() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.carillon.boot..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callMethodWhere(
                describe(
                    "asks the wall clock",
                    (JavaMethodCall call) ->
                        call.getTargetOwner().isEquivalentTo(Clock.class)
                            && call.getName().startsWith("system")))
            .because(
                "tests simulate months, and the database decides what time it is; docs/decisions/0002"));
  }

  @Test
  void nothingWaitsOnAnEventLoop() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.carillon.boot..")
            .should()
            .callMethodWhere(
                describe(
                    "waits for a Uni or a thread",
                    (JavaMethodCall call) ->
                        call.getTargetOwner().getFullName().equals("io.smallrye.mutiny.Uni")
                                && call.getName().equals("await")
                            || call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getName().equals("sleep")))
            .because("whoever waits there stops every other run; " + CONCURRENCY));
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java/dev/carillon"))) {
      List<String> unmarked =
          sources
              .filter(Files::isDirectory)
              .filter(ArchitectureTest::holdsClasses)
              .filter(
                  folder -> {
                    Path info = folder.resolve("package-info.java");
                    return !Files.exists(info)
                        || !read(info).contains("@" + NullMarked.class.getSimpleName())
                        || !read(info).contains("/**");
                  })
              .map(Path::toString)
              .toList();

      assertEquals(List.of(), unmarked, "null is meant where it is said; " + PACKAGES);
    }
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(ours);
  }

  private static boolean holdsAStatement(Path source) {
    return STATEMENT.matcher(read(source)).find();
  }

  private static boolean holdsClasses(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".java"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
