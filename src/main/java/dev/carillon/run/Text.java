package dev.carillon.run;

/** Cuts what is too long to be kept. */
public final class Text {

  private Text() {}

  /**
   * The longest beginning of a text that takes no more bytes in UTF-8 and ends between two
   * characters; the text itself when it fits. Never looks further than it has to.
   */
  public static String head(String text, int mostBytes) {
    // No character takes more than three bytes for each char of Java.
    if (text.length() <= mostBytes / 3) {
      return text;
    }
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      char c = text.charAt(end);
      boolean pair =
          Character.isHighSurrogate(c)
              && end + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(end + 1));
      bytes += pair ? 4 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      if (bytes > mostBytes) {
        return text.substring(0, end);
      }
      end += pair ? 2 : 1;
    }
    return text;
  }
}
