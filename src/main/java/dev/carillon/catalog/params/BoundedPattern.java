package dev.carillon.catalog.params;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a schema (ECMA-262, as far as Java's are the same), searched for in a
 * text. One that backtracks without end is given up: each look at a character counts, and they are
 * numbered for all that one check looks at. Repetitions of nothing look at no character, so those
 * are bounded as it is read.
 */
final class BoundedPattern implements RegularExpression {

  /** Some tens of milliseconds. */
  private static final long MOST_LOOKS = 5_000_000;

  private static final int LONGEST = 2_000;

  /** Of repetitions within repetitions: more than a person writes, and done in a millisecond. */
  private static final long MOST_REPEATED = 100_000;

  private static final ThreadLocal<Effort> EFFORT = ThreadLocal.withInitial(Effort::new);

  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** What one check has looked at so far. */
  static final class Effort {

    private long looks;
    private boolean spent;

    /** Whether an expression was given up. */
    boolean isSpent() {
      return spent;
    }

    private void look() {
      if (++looks > MOST_LOOKS) {
        throw new Spent();
      }
    }
  }

  private static final class Spent extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Spent() {
      super(null, null, false, false);
    }
  }

  /** Begins a check on this thread. */
  static Effort begin() {
    Effort effort = new Effort();
    EFFORT.set(effort);
    return effort;
  }

  static void end() {
    EFFORT.remove();
  }

  /**
   * @throws PatternSyntaxException when it is none, or one that could not be bounded
   */
  static BoundedPattern compile(String text) {
    if (text.length() > LONGEST) {
      throw new PatternSyntaxException("is longer than " + LONGEST + " characters", "", -1);
    }
    try {
      return new BoundedPattern(Pattern.compile(new Translation(text).java()));
    } catch (StackOverflowError nested) {
      throw new PatternSyntaxException("is nested too deeply", "", -1);
    }
  }

  /** Once the effort is spent nothing matches; whoever began it asks whether it is. */
  @Override
  public boolean matches(String value) {
    Effort effort = EFFORT.get();
    if (effort.spent) {
      return false;
    }
    try {
      return pattern.matcher(new Counted(value, 0, value.length(), effort)).find();
    } catch (Spent | StackOverflowError givenUp) {
      effort.spent = true;
      return false;
    }
  }

  private record Counted(String text, int from, int to, Effort effort) implements CharSequence {

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      effort.look();
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, from + start, from + end, effort);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }

  /**
   * ECMA-262 into Java: {@code $} is the very end, and within a class neither {@code [} nor {@code
   * &&} means anything.
   */
  private static final class Translation {

    private final String text;
    private final StringBuilder java = new StringBuilder();
    private int at;

    Translation(String text) {
      this.text = text;
    }

    String java() {
      long repeated = repeated();
      if (at < text.length()) {
        throw new PatternSyntaxException("has a ) that closes nothing", "", at);
      }
      if (repeated > MOST_REPEATED) {
        throw new PatternSyntaxException(
            "repeats more than " + MOST_REPEATED + " times, all taken together", "", -1);
      }
      return java.toString();
    }

    /** How often the parts of a sequence, up to the end of its group, are gone through. */
    private long repeated() {
      long sum = 0;
      while (at < text.length() && text.charAt(at) != ')') {
        long one = part();
        sum = Math.min(sum + one * times(), Integer.MAX_VALUE);
      }
      return sum;
    }

    private long part() {
      char c = text.charAt(at);
      switch (c) {
        case '\\' -> copy(2);
        case '[' -> characterClass();
        case '$' -> {
          java.append("\\z");
          at++;
        }
        case '(' -> {
          return group();
        }
        default -> copy(1);
      }
      return 1;
    }

    private long group() {
      copy(1);
      long within = repeated();
      copy(1);
      return Math.max(within, 1);
    }

    private void characterClass() {
      copy(1);
      while (at < text.length() && text.charAt(at) != ']') {
        char c = text.charAt(at);
        if (c == '\\') {
          copy(2);
        } else {
          if (c == '[' || c == '&') {
            java.append('\\');
          }
          copy(1);
        }
      }
      copy(1);
    }

    /** Of the quantifier that follows, if one does: {@code {3}}, {@code {2,5}}, {@code {2,}}. */
    private long times() {
      if (at >= text.length() || text.charAt(at) != '{') {
        return 1;
      }
      int end = text.indexOf('}', at);
      if (end < 0) {
        return 1;
      }
      long most = 1;
      for (String bound : text.substring(at + 1, end).split(",")) {
        if (bound.length() > 9) {
          most = Integer.MAX_VALUE;
        } else if (!bound.isEmpty() && bound.chars().allMatch(d -> d >= '0' && d <= '9')) {
          most = Math.max(most, Long.parseLong(bound));
        }
      }
      copy(end + 1 - at);
      return most;
    }

    private void copy(int count) {
      int end = Math.min(at + count, text.length());
      java.append(text, at, end);
      at = end;
    }
  }
}
