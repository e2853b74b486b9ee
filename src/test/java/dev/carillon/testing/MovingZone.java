package dev.carillon.testing;

import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The zone {@code Test/Moving}, whose government changes its mind: a test says which rules a
 * process that asks now finds in its tzdata.
 */
public final class MovingZone extends ZoneRulesProvider {

  public static final String ID = "Test/Moving";

  private static volatile ZoneRules rules = ZoneRules.of(ZoneOffset.UTC);

  static {
    registerProvider(new MovingZone());
  }

  private MovingZone() {}

  /** From now on whoever asks finds this offset, all year round. */
  public static void moveTo(ZoneOffset offset) {
    rules = ZoneRules.of(offset);
  }

  @Override
  protected Set<String> provideZoneIds() {
    return Set.of(ID);
  }

  /** Not to be kept by a {@link java.time.ZoneId}, so that a change is seen. */
  @Override
  @SuppressWarnings("NullAway")
  protected ZoneRules provideRules(String id, boolean forCaching) {
    return forCaching ? null : rules;
  }

  @Override
  protected NavigableMap<String, ZoneRules> provideVersions(String id) {
    return new TreeMap<>(java.util.Map.of("moving", rules));
  }
}
