package dev.carillon.catalog.params;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a schema (ECMA-262, as far as Java's are the same), searched for in a
 * text. One that backtracks without end is given up: each look at a character counts, and they are
 * numbered for all that one check looks at. Some steps look at no character: how many there can be
 * from one look to the next is known since it was read ({@link PatternReader}), and each look
 * counts for them too.
 */
final class BoundedPattern implements RegularExpression {

  /** Some tens of milliseconds. */
  private static final long MOST_LOOKS = 5_000_000;

  private static final int LONGEST = 2_000;

  /** So many steps that look at nothing take as long as a look. */
  private static final int STEPS_A_LOOK = 8;

  private static final ThreadLocal<Effort> EFFORT = ThreadLocal.withInitial(Effort::new);

  private final Pattern pattern;
  private final long blind;

  private BoundedPattern(Pattern pattern, long blind) {
    this.pattern = pattern;
    this.blind = blind;
  }

  /** What one check has looked at so far. */
  static final class Effort {

    private long looks;
    private boolean spent;

    /** Whether an expression was given up. */
    boolean isSpent() {
      return spent;
    }

    long looks() {
      return looks;
    }

    private void spend(long more) {
      looks += more;
      if (looks > MOST_LOOKS) {
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
      PatternReader.Read read = PatternReader.read(text);
      return new BoundedPattern(Pattern.compile(read.java()), read.blind());
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
      // From each place in the text it may be gone through without a look.
      effort.spend((value.length() + 1L) * blind / STEPS_A_LOOK);
      long look = 1 + blind / STEPS_A_LOOK;
      return pattern.matcher(new Counted(value, 0, value.length(), look, effort)).find();
    } catch (Spent | StackOverflowError givenUp) {
      effort.spent = true;
      return false;
    }
  }

  private record Counted(String text, int from, int to, long look, Effort effort)
      implements CharSequence {

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      effort.spend(look);
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, from + start, from + end, look, effort);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
