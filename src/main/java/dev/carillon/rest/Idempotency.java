package dev.carillon.rest;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Does what is asked for with an Idempotency-Key once, and gives the first answer again for a day.
 * The answer is kept in the transaction that does the work, so there is never one without the
 * other. A request that was refused did nothing, is not kept, and may be sent again, corrected.
 */
@Singleton
public class Idempotency {

  static final String REPLAYED = "Idempotency-Replayed";

  private static final Duration KEPT = Duration.ofHours(24);

  private final InstantSource clock;

  Idempotency(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A request that wants to be done once.
   *
   * @param hash of everything that makes it this request: method, path, body
   */
  record Key(Tenant tenant, String key, byte[] hash) {

    static Key of(Tenant tenant, String key, String line, byte[] body) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        return new Key(tenant, key, digest.digest(body));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }

  Uni<Answer> once(Statements statements, Key key, Supplier<Uni<Answer>> work) {
    Instant now = clock.instant();
    Tuple oldest = Tuple.of(key.tenant().id(), key.key(), now.minus(KEPT).atOffset(ZoneOffset.UTC));
    return statements
        .query(IdempotencySql.TRY_LOCK, Tuple.of(key.tenant().id(), key.key()))
        .invoke(Idempotency::requireMine)
        .flatMap(mine -> statements.query(IdempotencySql.KEPT, oldest))
        .flatMap(
            kept ->
                kept.size() > 0
                    ? Uni.createFrom().item(replay(key, kept.iterator().next()))
                    : work.get().call(answer -> keep(statements, key, answer, now)));
  }

  private static void requireMine(RowSet<Row> locked) {
    if (!locked.iterator().next().getBoolean("mine")) {
      throw Problems.of(
          409,
          ProblemType.WRONG_STATE,
          "a request with this Idempotency-Key is still under way; ask again for its answer");
    }
  }

  private static Answer replay(Key key, Row kept) {
    if (!Arrays.equals(kept.getBuffer("request_hash").getBytes(), key.hash())) {
      throw FieldErrors.invalid(
          "Idempotency-Key",
          "the Idempotency-Key was used for another request before; each request needs its own",
          null);
    }
    Map<String, String> headers = new HashMap<>();
    JsonText.stored(kept.getString("headers"))
        .fields()
        .forEachRemaining(header -> headers.put(header.getKey(), header.getValue().textValue()));
    return new Answer(kept.getInteger("status"), headers, kept.getString("body"), () -> {})
        .with(REPLAYED, "true");
  }

  private static Uni<?> keep(Statements statements, Key key, Answer answer, Instant now) {
    return statements.query(
        IdempotencySql.KEEP,
        Tuple.tuple()
            .addString(key.tenant().id())
            .addString(key.key())
            .addBuffer(Buffer.buffer(key.hash()))
            .addShort((short) answer.status())
            .addString(JsonText.write(answer.headers()))
            .addString(answer.body())
            .addOffsetDateTime(now.atOffset(ZoneOffset.UTC)));
  }
}
