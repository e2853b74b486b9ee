package dev.carillon.catalog;

import dev.carillon.ical.CalendarDocument;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A tenant's calendar under a secret token, for applications that cannot sign in. Whoever has the
 * token reads the calendar and nothing else. Only its SHA-256 is kept: it is random, so that nobody
 * finds it from there, and a look-up tells nothing by the time it takes.
 */
@Singleton
public class CalendarFeeds {

  /** 256 random bits. */
  private static final int TOKEN_BYTES = 32;

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final Pg pg;
  private final CalendarExport export;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  CalendarFeeds(Pg pg, CalendarExport export, InstantSource clock) {
    this.pg = pg;
    this.export = export;
    this.clock = clock;
  }

  /**
   * What is shown once, and never again.
   *
   * @param token base64url
   */
  public record Feed(String token, Instant createdAt) {

    /** As a record's own would, but for the secret. */
    @Override
    public String toString() {
      return "Feed[createdAt=" + createdAt + "]";
    }
  }

  /** Makes a token; the one before it, if any, is worth nothing from the commit on. */
  public Uni<Feed> rotate(Statements statements, Tenant tenant) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    return statements
        .query(CalendarFeedsSql.ROTATE, Tuple.of(tenant.id(), hash(token), Times.utc(now)))
        .map(done -> new Feed(token, now));
  }

  /** Fails with a {@link Refusal} when there is no token. */
  public Uni<Void> revoke(Statements statements, Tenant tenant) {
    return statements
        .query(CalendarFeedsSql.REVOKE, Tuple.of(tenant.id()))
        .invoke(
            done -> {
              if (done.rowCount() == 0) {
                throw Refusal.notFound("calendar feed of the tenant", tenant);
              }
            })
        .replaceWithVoid();
  }

  /** Fails with a {@link Refusal} that does not repeat the token, when it is nobody's. */
  public Uni<CalendarDocument> read(String token) {
    if (!TOKEN.matcher(token).matches()) {
      return Uni.createFrom().failure(unknown());
    }
    return pg.asEngine(CalendarFeedsSql.OWNER, Tuple.of(hash(token)))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw unknown();
              }
              return new Tenant(rows.iterator().next().getString("tenant_id"));
            })
        .flatMap(export::of);
  }

  private static Refusal unknown() {
    return new Refusal(
        Refusal.Kind.NOT_FOUND,
        null,
        "there is no such calendar feed; its token was replaced or revoked, or is mistyped");
  }

  private static Buffer hash(String token) {
    try {
      return Buffer.buffer(
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
