package dev.carillon.bench.measure;

import java.util.Locale;

/** Figures as text. */
public final class Numbers {

  private Numbers() {}

  /** Three digits that mean something, and no more. */
  public static String shown(double value) {
    double size = Math.abs(value);
    String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, value);
  }
}
