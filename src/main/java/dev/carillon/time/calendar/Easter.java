package dev.carillon.time.calendar;

import java.time.LocalDate;

/** The date of Easter Sunday. */
final class Easter {

  private Easter() {}

  /**
   * Of the Western churches, in the Gregorian calendar (the algorithm of Nature 1876, known as
   * Meeus, Jones and Butcher's).
   */
  static LocalDate western(int year) {
    int a = Math.floorMod(year, 19);
    int b = Math.floorDiv(year, 100);
    int c = Math.floorMod(year, 100);
    int f = (b + 8) / 25;
    int g = (b - f + 1) / 3;
    int h = Math.floorMod(19 * a + b - b / 4 - g + 15, 30);
    int l = Math.floorMod(32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4, 7);
    int m = (a + 11 * h + 22 * l) / 451;
    int marchFirst = h + l - 7 * m + 114;
    return LocalDate.of(year, marchFirst / 31, marchFirst % 31 + 1);
  }

  /**
   * Of the Orthodox churches, reckoned in the Julian calendar (Meeus) and given in the Gregorian.
   */
  static LocalDate orthodox(int year) {
    int d = Math.floorMod(19 * Math.floorMod(year, 19) + 15, 30);
    int e = Math.floorMod(2 * Math.floorMod(year, 4) + 4 * Math.floorMod(year, 7) - d + 34, 7);
    int julian = d + e + 114;
    // The Julian calendar has a leap day more in three of four centuries.
    int century = Math.floorDiv(year, 100);
    int behind = century - Math.floorDiv(century, 4) - 2;
    return LocalDate.of(year, julian / 31, julian % 31 + 1).plusDays(behind);
  }
}
