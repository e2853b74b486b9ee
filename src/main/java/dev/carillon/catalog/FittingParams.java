package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.Params;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.params.ParamsSchema;
import dev.carillon.catalog.params.ParamsSchemas;
import dev.carillon.pg.Statements;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether parameters fit the schema of their job. Schedules are asked when they are declared, and
 * again when their job changes; so a fire, of which nobody is waiting for an answer, always fits.
 */
@Singleton
class FittingParams {

  /** In one edit; each takes well under a millisecond. */
  private static final int MOST_IN_USE = 2_000;

  /** As {@link ParamsSchema#check} counts it, in one edit: some seconds. */
  private static final long MOST_WORK_IN_USE = 3_000_000;

  private static final int MOST_NAMED = 3;

  private final ParamsSchemas schemas;

  FittingParams(ParamsSchemas schemas) {
    this.schemas = schemas;
  }

  /** A job's schema by itself, and its default parameters as far as they go. */
  Uni<?> checkDeclared(JobDeclaration declared) {
    ObjectNode schema = declared.paramsSchema();
    return schema == null
        ? Uni.createFrom().voidItem()
        : Evaluation.aside(
            () -> {
              ParamsSchema.of(schema).checkDefaults(declared.params());
              return schema;
            });
  }

  /** A run's parameters, resolved. */
  Uni<?> checkRun(
      Statements statements, String tenant, UUID job, int version, @Nullable ObjectNode params) {
    ParamsSchema known = schemas.known(job, version);
    if (known != null) {
      return Evaluation.aside(() -> checked(known, params));
    }
    return statements
        .query(RunSql.SCHEMA, Tuple.of(tenant, job))
        .flatMap(
            rows -> {
              Row row = rows.iterator().next();
              String text = row.getString("params_schema");
              return text == null
                  ? Uni.createFrom().item(Boolean.TRUE)
                  : Evaluation.aside(
                      () -> checked(schemas.of(job, row.getInteger("version"), text), params));
            });
  }

  private static Boolean checked(ParamsSchema schema, @Nullable ObjectNode params) {
    schema.check(params);
    return true;
  }

  /** A schedule's over its job's, whose row is locked. */
  Uni<?> checkSchedule(JobEntity job, ScheduleDeclaration declared) {
    String text = job.paramsSchema;
    if (text == null) {
      return Uni.createFrom().voidItem();
    }
    UUID id = job.id;
    int version = job.version;
    ObjectNode under = (ObjectNode) JsonText.stored(job.params);
    return Evaluation.aside(
        () -> {
          ObjectNode params = Params.overlay(under, declared.params());
          return checked(schemas.of(id, version, text), params);
        });
  }

  /**
   * A schedule's parameters as its fires have them; one that is switched off may have been left
   * behind by its job. Fails with a {@link Refusal} that says where they do not fit.
   *
   * @param source a row of {@link BackfillSql#SOURCE}
   */
  Uni<?> checkFires(Statements statements, String tenant, Row source) {
    if (!Boolean.TRUE.equals(source.getBoolean("has_schema"))) {
      return Uni.createFrom().voidItem();
    }
    ObjectNode params =
        Params.overlay(
            (ObjectNode) JsonText.stored(source.getString("params")),
            (ObjectNode) JsonText.stored(source.getString("schedule_params")));
    return checkRun(
            statements, tenant, source.getUUID("job_id"), source.getInteger("job_version"), params)
        .onFailure(InvalidInput.class)
        .transform(wrong -> unfit((InvalidInput) wrong));
  }

  private static Refusal unfit(InvalidInput wrong) {
    return Refusal.wrongState(
        "the params of the schedule do not fit its job's paramsSchema: "
            + wrong.errors().stream()
                .limit(MOST_NAMED)
                .map(error -> error.pointer() + " " + error.message())
                .collect(Collectors.joining(", "))
            + "; change the schedule or the job first");
  }

  /**
   * The parameters of schedules that are switched on, under what their job is to become. Fails with
   * a {@link Refusal} that names some of those that do not fit.
   */
  Uni<?> checkInUse(Statements statements, JobEntity job, JobDeclaration declared) {
    ObjectNode schema = declared.paramsSchema();
    if (schema == null) {
      return Uni.createFrom().voidItem();
    }
    return statements
        .query(JobSql.PARAMS_IN_USE, Tuple.of(job.tenant, job.id, MOST_IN_USE + 1))
        .flatMap(rows -> Evaluation.aside(() -> unfit(rows, schema, declared.params())))
        .invoke(FittingParams::requireNone);
  }

  private static List<String> unfit(
      RowSet<Row> rows, ObjectNode text, @Nullable ObjectNode defaults) {
    if (rows.size() > MOST_IN_USE) {
      throw Refusal.wrongState(
          "enabled schedules use the job with more than "
              + MOST_IN_USE
              + " different params; disable some of them first");
    }
    ParamsSchema schema = ParamsSchema.of(text);
    List<String> unfit = new ArrayList<>();
    long work = 0;
    for (Row row : rows) {
      if (work > MOST_WORK_IN_USE) {
        throw Refusal.wrongState(
            "to check the params of all "
                + rows.size()
                + " enabled schedules against so large a schema is too much work; make the schema"
                + " smaller, or disable some of them first");
      }
      try {
        ObjectNode own = (ObjectNode) JsonText.stored(row.getString("params"));
        work += schema.check(Params.overlay(defaults, own));
      } catch (InvalidInput wrong) {
        FieldError first = wrong.errors().get(0);
        unfit.add(row.getString("key") + " (" + first.pointer() + " " + first.message() + ")");
      }
      if (unfit.size() == MOST_NAMED) {
        break;
      }
    }
    return unfit;
  }

  private static void requireNone(List<String> unfit) {
    if (!unfit.isEmpty()) {
      throw Refusal.wrongState(
          "the params of enabled schedules would not fit paramsSchema any more, for example "
              + String.join(", ", unfit)
              + "; change or disable them first");
    }
  }
}
