package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an expression: its fields by blanks, each field's list by the dialect's {@link
 * FieldGrammar}, then what only the whole can tell. It knows the position of whatever is wrong, and
 * says so when the text is right in another dialect.
 */
final class CronParser {

  private static final int MAX_LENGTH = 1_000;

  /** Vixie's nicknames, but for @reboot, which is no time; with 0 seconds before them, Spring's. */
  private static final Map<String, String> MACROS =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private static final String MACRO_NAMES =
      "@yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly";

  /** Six fields are taken for what most people mean by them. */
  private static final List<CronDialect> LOOKALIKES =
      List.of(CronDialect.QUARTZ, CronDialect.SPRING, CronDialect.UNIX);

  /** One field's text with its place in the whole. */
  private record Token(String text, int start) {}

  private final CronDialect dialect;

  private CronParser(CronDialect dialect) {
    this.dialect = dialect;
  }

  static CronPattern parse(String text, CronDialect dialect) {
    if (text.length() > MAX_LENGTH) {
      throw new Refusal(
          MAX_LENGTH, "a cron expression has at most 1,000 characters", dialect.example());
    }
    try {
      return new CronParser(dialect).read(text);
    } catch (Refusal refusal) {
      throw new Refusal(
          refusal.position(), refusal.getMessage() + hint(text, dialect), refusal.example());
    }
  }

  /**
   * Names the dialect in which the text is right; empty when there is none, or where a macro's own
   * message says it all.
   */
  private static String hint(String text, CronDialect refused) {
    if (refused == CronDialect.UNIX && text.indexOf('@') >= 0) {
      return "";
    }
    for (CronDialect other : LOOKALIKES) {
      // A ? is Quartz's sign, although Spring puts up with it.
      boolean misleads = other == CronDialect.SPRING && text.indexOf('?') >= 0;
      if (other != refused && !misleads && isRight(text, other)) {
        return looksLike(other);
      }
    }
    boolean quartz = refused == CronDialect.UNIX && text.indexOf('?') >= 0;
    return quartz && text.strip().split("\\s+").length > 5 ? looksLike(CronDialect.QUARTZ) : "";
  }

  private static boolean isRight(String text, CronDialect dialect) {
    try {
      new CronParser(dialect).read(text);
      return true;
    } catch (Refusal refusal) {
      return false;
    }
  }

  private static String looksLike(CronDialect dialect) {
    return "; this looks like " + dialect + ": say \"dialect\":\"" + dialect + "\"";
  }

  private CronPattern read(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    String stripped = text.substring(start, end);
    return stripped.startsWith("@")
        ? pattern(stripped, tokens(macro(stripped, start), 0))
        : pattern(stripped, tokens(stripped, start));
  }

  private String macro(String name, int position) {
    String lower = name.toLowerCase(Locale.ROOT);
    String fields = MACROS.get(lower);
    if (dialect == CronDialect.QUARTZ) {
      throw new Refusal(
          position,
          "QUARTZ has no macros such as @daily; write the fields: " + dialect.layout(),
          "0 0 0 * * ?");
    }
    if (fields == null) {
      throw new Refusal(
          position, Phrases.quoted(name) + " is unknown; allowed: " + MACRO_NAMES, "@daily");
    }
    if (dialect == CronDialect.SPRING) {
      return "0 " + fields;
    }
    if (!name.equals(lower)) {
      throw new Refusal(
          position,
          Phrases.quoted(name) + " has to be in small letters; allowed: " + MACRO_NAMES,
          lower);
    }
    return fields;
  }

  /**
   * The fields between blanks. Vixie and Quartz take spaces and tabs for it, Spring spaces; a line
   * break beside one of them does no harm.
   *
   * @param text without blanks around it
   * @param indent where it begins in what was given
   */
  private List<Token> tokens(String text, int indent) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && !isBlank(text.charAt(at))) {
        at++;
      }
      tokens.add(new Token(text.substring(start, at), indent + start));
      int gap = at;
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
      if (gap < at && !separates(text.substring(gap, at))) {
        throw new Refusal(
            indent + gap, dialect + " has its fields separated by spaces", dialect.example());
      }
    }
    int found = tokens.size();
    if (found < dialect.leastFields() || found > dialect.mostFields()) {
      throw new Refusal(
          found > dialect.mostFields()
              ? tokens.get(dialect.mostFields()).start()
              : indent + text.length(),
          "a cron expression has " + dialect.layout() + "; found " + found,
          dialect.example());
    }
    return tokens;
  }

  private boolean separates(String blanks) {
    return blanks.indexOf(' ') >= 0 || dialect != CronDialect.SPRING && blanks.indexOf('\t') >= 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private CronPattern pattern(String text, List<Token> tokens) {
    List<CronField> fields = dialect.fields(tokens.size());
    List<FieldSet> sets = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      sets.add(field(fields.get(i), tokens.get(i)));
    }
    int dates = fields.indexOf(CronField.DAY_OF_MONTH);
    FieldSet date = sets.get(dates);
    FieldSet weekday = sets.get(dates + 2);
    if (dialect == CronDialect.QUARTZ && date.isUnspecified() == weekday.isUnspecified()) {
      throw oneUnspecified(weekday);
    }
    if (date.businessDay != 0) {
      refuseBeside(date, weekday);
    }
    CronPattern pattern = new CronPattern(dialect, text, sets);
    if (pattern.neverFires()) {
      FieldSet culprit = date.isStar() || date.isUnspecified() ? weekday : date;
      throw new Refusal(
          culprit.start,
          culprit.field.label
              + ": this can never fire up to the year 9999, no month "
              + (pattern.years == null ? "" : "of a year ")
              + "that is named has such a day",
          dialect.example());
    }
    return pattern;
  }

  /** A business day of the month says it all. */
  private static void refuseBeside(FieldSet date, FieldSet weekday) {
    if (date.text.indexOf(',') >= 0) {
      throw new Refusal(
          date.start,
          "day of month: a business day of the month, such as 3B or LB, stands alone in its field",
          "0 18 LB * *");
    }
    if (!weekday.text.equals("*")) {
      throw new Refusal(
          weekday.start,
          "day of week: beside a business day of the month, such as 3B or LB, only * is allowed",
          "0 18 LB * *");
    }
  }

  private FieldSet field(CronField field, Token token) {
    FieldSet set = new FieldSet(field, token.text(), token.start());
    int at = token.start();
    for (String item : token.text().split(",", -1)) {
      dialect.grammar.read(new ItemText(dialect, field, item, at), set);
      at += item.length() + 1;
    }
    return set;
  }

  private Refusal oneUnspecified(FieldSet weekday) {
    return new Refusal(
        weekday.start,
        "day of week: QUARTZ has exactly one ? in day of month and day of week; "
            + (weekday.isUnspecified()
                ? "say the days in one of the two fields"
                : "write ? in the one that does not matter"),
        weekday.isUnspecified() ? "0 0 9 * * ?" : dialect.example());
  }
}
