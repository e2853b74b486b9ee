package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.cron.CronDialect;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The dialects against the libraries that they come from: what is accepted, and the fires. What is
 * left out is what the package's description of {@code time.cron} says to be different, by name.
 * The seed is fixed, since it is the origins that would be found wanting by another one.
 */
class CronOriginsPropertiesTest {

  private static final int PER_TRY = 10;
  private static final int FIRES = 20;

  /** Quartz looks a hundred years ahead from now. */
  private static final Instant QUARTZ_ENDS = Instant.parse("2120-01-01T00:00:00Z");

  private static final Pattern LIST_WITH_UNSPECIFIED = Pattern.compile("\\S*(,\\?|\\?,)\\S*");

  /** Of these Quartz fires for a part. */
  private static final Pattern LIST_WITH_W_OR_NTH =
      Pattern.compile("\\S*(,\\S*[W#]|[W#]\\S*,)\\S*");

  /** No such day in February: another answer from each start, and for L-nW none ever. */
  private static final Pattern QUARTZ_UNSTEADY = Pattern.compile("0?29W|0?30W|L-(2[89]|30)W");

  /** Days that Spring moves out of the month, or looks for in the month before. */
  private static final Pattern SPRING_ASTRAY =
      Pattern.compile("(.*,)?(0?1|28|29|30|31)W(,.*)?|.*L-0*(2[89]|3\\d).*");

  private interface Origin {
    @Nullable Instant next(Instant after);
  }

  @Property(seed = "2026", shrinking = ShrinkingMode.OFF)
  void whatQuartzTakesIsTakenAndFiresAlike(@ForAll long seed) {
    CronExpressions expressions = new CronExpressions(CronDialect.QUARTZ, seed);
    for (int i = 0; i < PER_TRY; i++) {
      String text = expressions.next();
      String dates = field(text, 3);
      Origin origin = quartz(text);
      Cron ours = parsed(text, CronDialect.QUARTZ);
      if (origin != null && neverFires(text, CronDialect.QUARTZ)) {
        assertNull(origin.next(at(seed)), text);
      } else if (origin == null || ours == null) {
        boolean documented =
            LIST_WITH_UNSPECIFIED.matcher(dates).matches()
                || LIST_WITH_UNSPECIFIED.matcher(field(text, 5)).matches();
        assertTrue(origin == null && ours == null || documented && ours == null, text);
      } else if (!QUARTZ_UNSTEADY.matcher(dates).matches()
          && !LIST_WITH_W_OR_NTH.matcher(dates).matches()
          && !LIST_WITH_W_OR_NTH.matcher(field(text, 5)).matches()) {
        assertSameFires(text, ours, origin, seed, QUARTZ_ENDS);
      }
    }
  }

  @Property(seed = "2026", shrinking = ShrinkingMode.OFF)
  void whatSpringTakesIsTakenAndFiresAlike(@ForAll long seed) {
    CronExpressions expressions = new CronExpressions(CronDialect.SPRING, seed);
    for (int i = 0; i < PER_TRY; i++) {
      String text = expressions.next();
      Origin origin = spring(text);
      Cron ours = parsed(text, CronDialect.SPRING);
      boolean astray = SPRING_ASTRAY.matcher(field(text, 3)).matches();
      if (origin != null && neverFires(text, CronDialect.SPRING)) {
        assertTrue(astray || origin.next(at(seed)) == null, text);
      } else if (origin == null || ours == null) {
        assertTrue(origin == null && ours == null, text);
      } else if (!astray) {
        assertSameFires(text, ours, origin, seed, Instant.MAX);
      }
    }
  }

  /** Broken ones may be refused by us alone, never by the origin alone. */
  @Property(seed = "2026", shrinking = ShrinkingMode.OFF)
  void whatTheOriginRefusesIsRefused(
      @ForAll long seed, @ForAll @LongRange(min = 1, max = 2) long which) {
    CronDialect dialect = which == 1 ? CronDialect.QUARTZ : CronDialect.SPRING;
    CronExpressions expressions = new CronExpressions(dialect, seed);
    for (int i = 0; i < PER_TRY; i++) {
      String text = expressions.broken();
      boolean lateYears = text.matches(".*\\s[2-9]\\d\\d\\d/?\\d*\\s*");
      Origin origin = dialect == CronDialect.QUARTZ ? quartz(text) : spring(text);
      assertTrue(origin != null || lateYears || parsed(text, dialect) == null, text);
    }
  }

  private static void assertSameFires(
      String text, Cron ours, Origin origin, long seed, Instant end) {
    Fires fires = ours.in(ZoneOffset.UTC, Instant.EPOCH);
    Instant at = at(seed);
    for (int i = 0; i < FIRES; i++) {
      Instant mine = upTo(end, fires.next(at));
      Instant theirs = upTo(end, origin.next(at));
      String from = at.toString();
      assertEquals(theirs, mine, () -> text + " after " + from);
      if (mine == null) {
        return;
      }
      at = mine;
    }
  }

  /** From 1971 to 2097. */
  private static Instant at(long seed) {
    return Instant.ofEpochSecond(Math.floorMod(seed, 4_000_000_000L) + 31_536_000L);
  }

  private static @Nullable Instant upTo(Instant end, @Nullable Instant at) {
    return at == null || at.isAfter(end) ? null : at;
  }

  private static String field(String text, int index) {
    return text.split(" ")[index].toUpperCase(Locale.ROOT);
  }

  private static boolean neverFires(String text, CronDialect dialect) {
    try {
      Cron.parse(text, dialect);
      return false;
    } catch (InvalidTrigger refused) {
      return refused.getMessage().contains("can never fire");
    }
  }

  /** Null when refused. */
  private static @Nullable Cron parsed(String text, CronDialect dialect) {
    try {
      return Cron.parse(text, dialect);
    } catch (InvalidTrigger refused) {
      return null;
    }
  }

  private static @Nullable Origin quartz(String text) {
    try {
      org.quartz.CronExpression quartz = new org.quartz.CronExpression(text);
      quartz.setTimeZone(TimeZone.getTimeZone("UTC"));
      return after -> {
        Date next = quartz.getNextValidTimeAfter(Date.from(after));
        return next == null ? null : next.toInstant();
      };
    } catch (ParseException refused) {
      return null;
    }
  }

  private static @Nullable Origin spring(String text) {
    try {
      CronExpression spring = CronExpression.parse(text);
      return after -> {
        ZonedDateTime next = spring.next(after.atZone(ZoneOffset.UTC));
        return next == null ? null : next.toInstant();
      };
    } catch (IllegalArgumentException refused) {
      return null;
    }
  }
}
