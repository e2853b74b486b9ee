package dev.carillon.observe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a part of this process tells about itself: shown as data under {@code /q/health}. Who leads
 * elsewhere, or whether a broker is away, is no fault of this process and no reason to call it
 * unready.
 */
public interface HealthPart {

  /** For example {@code ticker}. */
  String part();

  /** Names and values, in the order in which they are shown. */
  Map<String, String> tell();

  /** Why this process cannot do the work of its own roles, which makes it unready; null: it can. */
  default @Nullable String unfit() {
    return null;
  }
}
