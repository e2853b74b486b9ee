package dev.carillon.time.civil;

/**
 * Day numbers (0 = 1970-01-01) and dates of the proleptic Gregorian calendar, without allocation:
 * {@code java.time.LocalDate} makes an object per step, which would be most of a search's cost. The
 * method is to count from 1 March, so that the leap day is the year's last (Howard Hinnant,
 * "chrono-compatible low-level date algorithms").
 */
public final class CivilDays {

  /** Days from 0000-03-01 to 1970-01-01. */
  private static final int EPOCH = 719_468;

  private static final int DAYS_PER_ERA = 146_097;

  private CivilDays() {}

  /** The day of a date. */
  public static long of(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(y, 400);
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return (long) era * DAYS_PER_ERA + dayOfEra - EPOCH;
  }

  /** The date of a day, packed; take it apart by {@link #year}, {@link #month}, {@link #day}. */
  public static long civil(long epochDay) {
    long z = epochDay + EPOCH;
    long era = Math.floorDiv(z, DAYS_PER_ERA);
    int dayOfEra = (int) (z - era * DAYS_PER_ERA);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int shifted = (5 * dayOfYear + 2) / 153;
    int day = dayOfYear - (153 * shifted + 2) / 5 + 1;
    int month = shifted < 10 ? shifted + 3 : shifted - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return year << 16 | month << 8 | day;
  }

  /** The year of a packed date. */
  public static int year(long civil) {
    return (int) (civil >> 16);
  }

  /** The month, 1 to 12, of a packed date. */
  public static int month(long civil) {
    return (int) (civil >> 8 & 0xff);
  }

  /** The day of the month of a packed date. */
  public static int day(long civil) {
    return (int) (civil & 0xff);
  }

  /** The days in a month, 28 to 31. */
  public static int lengthOf(int year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return 30 + (month + (month >> 3) & 1);
  }

  /** The days in a year. */
  public static int lengthOf(int year) {
    return 337 + lengthOf(year, 2);
  }

  /** The weekday of a day as ISO counts: 1 is Monday, 7 Sunday. */
  public static int weekday(long epochDay) {
    return Math.floorMod(epochDay + 3, 7) + 1;
  }
}
