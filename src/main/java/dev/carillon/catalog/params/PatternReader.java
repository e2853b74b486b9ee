package dev.carillon.catalog.params;

import java.util.regex.PatternSyntaxException;

/**
 * Reads a regular expression of ECMA-262 into one of Java's, and how much of it Java goes through
 * without looking at a character. {@code $} becomes the very end, and within a class neither {@code
 * [} nor {@code &&} means anything. What Java would read otherwise than it is read here (a
 * quantifier of nothing or of another one, quoting, comments) is refused: what is counted must be
 * what runs.
 */
final class PatternReader {

  /** Of repetitions within repetitions: more than a person writes, and done in a millisecond. */
  private static final long MOST_REPEATED = 100_000;

  private final String text;
  private final StringBuilder java = new StringBuilder();
  private int at;

  private PatternReader(String text) {
    this.text = text;
  }

  /**
   * @param java the expression
   * @param blind how many steps it takes at most from one look at a character to the next
   */
  record Read(String java, long blind) {}

  /**
   * A part of the expression.
   *
   * @param repeated how often all within it is gone through
   * @param blind how many of its steps look at no character
   * @param ways in how many it can match without looking at one; 1 for those that cannot
   * @param looks whether it matches only what it has looked at
   */
  private record Part(long repeated, long blind, long ways, boolean looks) {

    static final Part CHARACTER = new Part(1, 0, 1, true);
    static final Part NOTHING = new Part(0, 0, 1, false);

    /** A place: {@code ^}, or what a group has matched, which may be nothing. */
    static final Part PLACE = new Part(1, 1, 1, false);

    Part {
      repeated = Math.min(repeated, Integer.MAX_VALUE);
      blind = Math.min(blind, Integer.MAX_VALUE);
      ways = Math.min(ways, Integer.MAX_VALUE);
    }

    Part then(Part next) {
      return new Part(
          repeated + next.repeated, blind + next.blind, ways * next.ways, looks || next.looks);
    }

    Part or(Part other) {
      return new Part(
          repeated + other.repeated,
          blind + other.blind + 1,
          Math.max(1, choices() + other.choices()),
          looks && other.looks);
    }

    private long choices() {
      return looks && ways == 1 ? 0 : ways;
    }

    Part times(long least, long most) {
      return new Part(
          Math.max(repeated, 1) * most,
          looks ? blind : (blind + 1) * most,
          looks ? ways : ways + 1,
          looks && least > 0);
    }

    long steps() {
      return blind * ways;
    }
  }

  /**
   * @throws PatternSyntaxException when it could not be bounded
   */
  static Read read(String text) {
    PatternReader reader = new PatternReader(text);
    Part whole = reader.alternatives();
    if (reader.at < text.length()) {
      throw reader.refused("has a ) that closes nothing");
    }
    if (Math.max(whole.repeated, whole.steps()) > MOST_REPEATED) {
      throw new PatternSyntaxException(
          "repeats more than " + MOST_REPEATED + " times, all taken together", "", -1);
    }
    return new Read(reader.java.toString(), whole.steps());
  }

  /** Up to the end of their group. */
  private Part alternatives() {
    Part all = sequence();
    while (at < text.length() && text.charAt(at) == '|') {
      copy(1);
      all = all.or(sequence());
    }
    return all;
  }

  private Part sequence() {
    Part all = Part.NOTHING;
    while (at < text.length() && text.charAt(at) != ')' && text.charAt(at) != '|') {
      if (isQuantifier()) {
        throw refused("has a quantifier that nothing stands before");
      }
      all = all.then(quantified(part()));
    }
    return all;
  }

  private Part part() {
    switch (text.charAt(at)) {
      case '\\' -> {
        return escape();
      }
      case '[' -> characterClass();
      case '^' -> {
        copy(1);
        return Part.PLACE;
      }
      case '$' -> {
        java.append("\\z");
        at++;
        return Part.PLACE;
      }
      case '(' -> {
        return group();
      }
      default -> copy(1);
    }
    return Part.CHARACTER;
  }

  private Part escape() {
    char c = copyEscape();
    if ((c == 'p' || c == 'P') && at < text.length() && text.charAt(at) == '{') {
      copy(Math.max(text.indexOf('}', at), at) + 1 - at);
    }
    return "bBAGzZk123456789".indexOf(c) < 0 ? Part.CHARACTER : Part.PLACE;
  }

  /** Both characters; those that Java reads on from are refused. */
  private char copyEscape() {
    char c = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    char next = at + 2 < text.length() ? text.charAt(at + 2) : ' ';
    boolean isLetter = next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z';
    if (c == 'Q' || c == 'E' || c == 'N' || c == 'x' && next == '{' || c == 'c' && !isLetter) {
      throw refused("has an escape that is not known: \\" + c);
    }
    copy(2);
    return c;
  }

  private Part group() {
    copy(1);
    boolean isLookaround = false;
    if (text.startsWith("?", at)) {
      copy(1);
      isLookaround =
          text.startsWith("=", at)
              || text.startsWith("!", at)
              || text.startsWith("<=", at)
              || text.startsWith("<!", at);
      head(isLookaround);
    }
    Part within = alternatives();
    copy(1);
    return isLookaround ? new Part(within.repeated, within.steps() + 1, 1, false) : within;
  }

  /** What stands between {@code (?} and what is in the group. */
  private void head(boolean isLookaround) {
    if (isLookaround) {
      copy(text.charAt(at) == '<' ? 2 : 1);
    } else if (text.startsWith("<", at)) {
      copy(Math.max(text.indexOf('>', at), at) + 1 - at);
    } else if (text.startsWith(":", at) || text.startsWith(">", at)) {
      copy(1);
    } else {
      throw refused("has flags within it, which are not known here");
    }
  }

  private void characterClass() {
    copy(1);
    while (at < text.length() && text.charAt(at) != ']') {
      char c = text.charAt(at);
      if (c == '\\') {
        copyEscape();
      } else {
        if (c == '[' || c == '&') {
          java.append('\\');
        }
        copy(1);
      }
    }
    copy(1);
  }

  private boolean isQuantifier() {
    return at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0;
  }

  /** With the quantifier that follows, if one does: {@code ?}, {@code {2,5}}, {@code {2,}+}. */
  private Part quantified(Part part) {
    if (!isQuantifier()) {
      return part;
    }
    Part repeated =
        text.charAt(at) == '{' ? bounded(part) : part.times(text.charAt(at) == '+' ? 1 : 0, 1);
    copy(text.charAt(at) == '{' ? text.indexOf('}', at) + 1 - at : 1);
    if (at < text.length() && (text.charAt(at) == '?' || text.charAt(at) == '+')) {
      copy(1);
    }
    if (isQuantifier()) {
      throw refused("has a quantifier after a quantifier; put a group around the first");
    }
    return repeated;
  }

  private Part bounded(Part part) {
    int end = text.indexOf('}', at);
    if (end < 0) {
      throw refused("has a { that nothing closes");
    }
    String[] bounds = text.substring(at + 1, end).split(",", -1);
    long least = number(bounds[0]);
    long most = bounds.length > 1 && !bounds[1].isEmpty() ? number(bounds[1]) : least;
    return part.times(least, Math.max(1, Math.max(least, most)));
  }

  private long number(String digits) {
    if (digits.isEmpty() || !digits.chars().allMatch(d -> d >= '0' && d <= '9')) {
      throw refused("has a { that begins no quantifier");
    }
    return digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  private void copy(int count) {
    int end = Math.min(at + count, text.length());
    java.append(text, at, end);
    at = end;
  }

  private PatternSyntaxException refused(String what) {
    return new PatternSyntaxException(what, text, at);
  }
}
