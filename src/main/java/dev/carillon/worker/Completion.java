package dev.carillon.worker;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt came to, as it goes to the database.
 *
 * @param worker who had the run; fences the write together with the attempt
 * @param output JSON; null for none
 * @param exitCode of whatever the handler ran; null: none was
 * @param artifacts what it made, as a JSON array of {@code {"name","uri"}}; null for none
 */
public record Completion(
    UUID run,
    int attempt,
    UUID worker,
    Verdict verdict,
    @Nullable String output,
    @Nullable Instant started,
    Instant finished,
    @Nullable Integer jobVersion,
    @Nullable Integer exitCode,
    @Nullable String artifacts) {

  /** Without exit code and artifacts. */
  public Completion(
      UUID run,
      int attempt,
      UUID worker,
      Verdict verdict,
      @Nullable String output,
      @Nullable Instant started,
      Instant finished,
      @Nullable Integer jobVersion) {
    this(run, attempt, worker, verdict, output, started, finished, jobVersion, null, null);
  }

  private static final String UNSTORABLE = "Unstorable";

  /** The parameters of {@link CompleteSql#COMPLETE}. */
  public static Tuple parameters(List<Completion> batch, Instant now) {
    int size = batch.size();
    UUID[] runs = new UUID[size];
    Integer[] attempts = new Integer[size];
    UUID[] workers = new UUID[size];
    String[] outcomes = new String[size];
    String[] finals = new String[size];
    OffsetDateTime[] due = new OffsetDateTime[size];
    String[] errors = new String[size];
    String[] outputs = new String[size];
    OffsetDateTime[] started = new OffsetDateTime[size];
    OffsetDateTime[] finished = new OffsetDateTime[size];
    Integer[] versions = new Integer[size];
    Integer[] exitCodes = new Integer[size];
    String[] artifacts = new String[size];
    for (int i = 0; i < size; i++) {
      Completion one = batch.get(i);
      Verdict verdict = one.verdict;
      runs[i] = one.run;
      attempts[i] = one.attempt;
      workers[i] = one.worker;
      outcomes[i] = verdict.outcome().name();
      finals[i] = verdict.finalState() == null ? null : verdict.finalState().name();
      due[i] = utc(verdict.retryAt());
      errors[i] = verdict.error() == null ? null : json(verdict.error());
      outputs[i] = one.output;
      started[i] = utc(one.started);
      finished[i] = utc(one.finished);
      versions[i] = one.jobVersion;
      exitCodes[i] = one.exitCode;
      artifacts[i] = one.artifacts;
    }
    return Tuple.tuple()
        .addArrayOfUUID(runs)
        .addArrayOfInteger(attempts)
        .addArrayOfUUID(workers)
        .addArrayOfString(outcomes)
        .addArrayOfString(finals)
        .addArrayOfOffsetDateTime(due)
        .addArrayOfString(errors)
        .addArrayOfString(outputs)
        .addArrayOfOffsetDateTime(started)
        .addArrayOfOffsetDateTime(finished)
        .addArrayOfInteger(versions)
        .addOffsetDateTime(utc(now))
        .addArrayOfInteger(exitCodes)
        .addArrayOfString(artifacts);
  }

  /** Whether everything that could fail to be stored is already left out. */
  boolean isStripped() {
    return verdict.error() != null && UNSTORABLE.equals(verdict.error().type());
  }

  /** The same without anything that could fail to be stored, as failed. */
  Completion stripped() {
    RunError error = RunError.of(UNSTORABLE, "what it came to could not be stored", false);
    return new Completion(
        run,
        attempt,
        worker,
        new Verdict(AttemptOutcome.FAILED, RunState.FAILED, null, error),
        null,
        started,
        finished,
        jobVersion);
  }

  private static String json(RunError error) {
    JsonObject json =
        new JsonObject()
            .put("class", Storable.text(error.type()))
            .put("message", Storable.text(error.message()))
            .put("retryable", error.retryable());
    if (error.truncated()) {
      json.put("truncated", true);
    }
    return json.encode();
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
