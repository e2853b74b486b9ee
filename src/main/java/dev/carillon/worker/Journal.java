package dev.carillon.worker;

import dev.carillon.run.Artifact;
import dev.carillon.run.Redaction;
import dev.carillon.run.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt's handler has written down: the lines that are not in the database yet, its
 * artifacts, and how far it says it is. From any thread.
 */
final class Journal {

  /** Of a whole log, in bytes of UTF-8, the mark at its end not counted. */
  static final int MOST_BYTES = 1024 * 1024;

  static final String CUT = "… the log is cut here: 1 MiB is kept of an attempt\n";

  private static final int MOST_ARTIFACTS = 100;
  private static final int LONGEST_NOTE = 500;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z' ").withZone(ZoneOffset.UTC);

  private final UUID run;
  private final int attempt;
  private final String tenant;
  private final StringBuilder pending = new StringBuilder();
  private final Map<String, Artifact> artifacts = new LinkedHashMap<>();

  /** Of the log, from its beginning. */
  private int bytes;

  private int parts;
  private int held;
  private int leftOut;
  private boolean cut;
  private boolean closed;
  private @Nullable Progress progress;
  private boolean progressStored;

  /** Whether the writer knows that there is something to write. */
  private boolean listed;

  /**
   * Some lines as they go to the database; the same part is never written with other lines.
   *
   * @param held the bytes that {@link #line} has answered for them
   */
  record Part(UUID run, int attempt, int number, String tenant, String text, int held) {}

  /** How far an attempt says it is. */
  record Progress(
      UUID run, int attempt, String tenant, double fraction, @Nullable String note, Instant at) {}

  Journal(UUID run, int attempt, String tenant) {
    this.run = run;
    this.attempt = attempt;
    this.tenant = tenant;
  }

  UUID run() {
    return run;
  }

  int attempt() {
    return attempt;
  }

  /**
   * @param room whether it can be held until it is written; without, the line is counted only
   * @return by how many bytes more there is to hold
   */
  int line(@Nullable String line, Instant now, boolean room) {
    // Cut before it is looked at: a line may be very long.
    String text = Text.head(String.valueOf(line), MOST_BYTES);
    String masked = Storable.text(Redaction.of(text).replace("\r\n", "\n").stripTrailing());
    return append(STAMP.format(now) + masked + "\n", room);
  }

  private synchronized int append(String stamped, boolean room) {
    if (cut || closed) {
      return 0;
    }
    if (!room) {
      leftOut++;
      return 0;
    }
    String whole = leftOutMark() + stamped;
    String kept = Text.head(whole, MOST_BYTES - bytes);
    int size = kept.getBytes(StandardCharsets.UTF_8).length;
    pending.append(kept);
    bytes += size;
    held += size;
    if (kept.length() < whole.length()) {
      cut = true;
      if (!kept.isEmpty() && !kept.endsWith("\n")) {
        pending.append('\n');
      }
      pending.append(CUT);
    }
    return size;
  }

  private String leftOutMark() {
    int count = leftOut;
    leftOut = 0;
    return count == 0
        ? ""
        : "… " + count + " lines are left out here: they came faster than the database took them\n";
  }

  /** The attempt has ended: nothing is taken any more. */
  synchronized void close() {
    closed = true;
    progress = null;
  }

  /**
   * @throws IllegalStateException for one too many
   */
  synchronized void artifact(Artifact artifact) {
    if (closed) {
      return;
    }
    if (artifacts.size() >= MOST_ARTIFACTS && !artifacts.containsKey(artifact.name())) {
      throw new IllegalStateException(
          "an attempt can have "
              + MOST_ARTIFACTS
              + " artifacts; put more of them together, and name the place");
    }
    artifacts.put(artifact.name(), artifact);
  }

  /** As a JSON array; null for none. */
  synchronized @Nullable String artifacts() {
    if (artifacts.isEmpty()) {
      return null;
    }
    JsonArray array = new JsonArray();
    artifacts
        .values()
        .forEach(
            one ->
                array.add(
                    new JsonObject()
                        .put("name", Storable.text(one.name()))
                        .put("uri", Storable.text(one.uri()))));
    return array.encode();
  }

  /**
   * @throws IllegalArgumentException when the fraction is not from 0 to 1
   */
  synchronized void progress(double fraction, @Nullable String note, Instant now) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("progress must be from 0 to 1, not " + fraction);
    }
    if (closed) {
      return;
    }
    String kept = note == null ? null : Redaction.of(Text.head(note, LONGEST_NOTE));
    progress =
        new Progress(
            run, attempt, tenant, fraction, kept == null ? null : Storable.text(kept), now);
  }

  /** Whether the caller is the one to tell the writer. */
  synchronized boolean list() {
    boolean first = !listed;
    listed = true;
    return first;
  }

  synchronized void unlist() {
    listed = false;
  }

  /** What is to be written; null: nothing. */
  synchronized @Nullable Part takeLines() {
    pending.append(leftOutMark());
    if (pending.isEmpty()) {
      return null;
    }
    Part part = new Part(run, attempt, parts++, tenant, pending.toString(), held);
    pending.setLength(0);
    pending.trimToSize();
    held = 0;
    return part;
  }

  /** What is to be written; null: nothing new. */
  synchronized @Nullable Progress takeProgress() {
    Progress latest = progress;
    progress = null;
    progressStored |= latest != null;
    return latest;
  }

  /** Whether a row tells how far it was. */
  synchronized boolean hasStoredProgress() {
    return progressStored;
  }
}
