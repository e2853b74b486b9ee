package dev.carillon.observe;

import java.util.Map;

/**
 * What a part of this process tells about itself: shown as data under {@code /q/health}, never a
 * reason to call the process unready. Who leads elsewhere, or whether a broker is away, is no fault
 * of this process.
 */
public interface HealthPart {

  /** For example {@code ticker}. */
  String part();

  /** Names and values, in the order in which they are shown. */
  Map<String, String> tell();
}
