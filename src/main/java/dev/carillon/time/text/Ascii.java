package dev.carillon.time.text;

/** The capitals of ASCII alone, for languages that know no other letters. */
public final class Ascii {

  private Ascii() {}

  /**
   * A text with a to z in capitals, and everything else as it is: {@code String.toUpperCase} would
   * make an I of a dotless i and an S of a long s, and change the length of some texts.
   */
  public static String capitals(String text) {
    StringBuilder capitals = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      capitals.setCharAt(i, capital(text.charAt(i)));
    }
    return capitals.toString();
  }

  /** One character likewise. */
  public static char capital(char c) {
    return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
  }
}
