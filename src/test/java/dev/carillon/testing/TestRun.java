package dev.carillon.testing;

import dev.carillon.CancellationToken;
import dev.carillon.RunContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An attempt at a run as its handler is told of it, of a job and without a schedule. It equals only
 * itself, as the worker's does.
 */
public final class TestRun implements RunContext {

  public static final UUID ID = UUID.fromString("019ca928-2dfb-7480-841e-cd2fe58c5f43");
  public static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final String jobKey;
  private final int attempt;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private Map<String, Object> params = Map.of();
  private Map<String, String> scope = Map.of();
  private String traceparent = TRACE;
  private CancellationToken cancellation = new Never();

  public TestRun(String jobKey, int attempt) {
    this.jobKey = jobKey;
    this.attempt = attempt;
  }

  public TestRun with(Map<String, Object> params) {
    this.params = params;
    return this;
  }

  public TestRun about(Map<String, String> scope) {
    this.scope = scope;
    return this;
  }

  public TestRun traced(String traceparent) {
    this.traceparent = traceparent;
    return this;
  }

  public TestRun cancelledBy(CancellationToken cancellation) {
    this.cancellation = cancellation;
    return this;
  }

  @Override
  public UUID runId() {
    return ID;
  }

  @Override
  public String tenant() {
    return "t";
  }

  @Override
  public String jobKey() {
    return jobKey;
  }

  @Override
  public @Nullable UUID scheduleId() {
    return null;
  }

  @Override
  public @Nullable Instant fireAt() {
    return null;
  }

  @Override
  public Instant dueAt() {
    return Instant.EPOCH;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Instant deadline() {
    return Instant.EPOCH;
  }

  @Override
  public Map<String, Object> params() {
    return params;
  }

  @Override
  public Map<String, String> scope() {
    return scope;
  }

  @Override
  public String idempotencyKey() {
    return ID.toString();
  }

  @Override
  public String traceparent() {
    return traceparent;
  }

  @Override
  public CancellationToken cancellation() {
    return cancellation;
  }

  @Override
  public void log(String line) {
    lines.add(line);
  }

  @Override
  public void artifact(String name, String uri) {
    lines.add(name + " is at " + uri);
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    lines.add(fraction + (note == null ? "" : " " + note));
  }

  /** What was written down, in order. */
  public List<String> lines() {
    return lines;
  }

  private static final class Never implements CancellationToken {

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void onCancel(Runnable action) {}
  }
}
