package dev.carillon.testing;

import io.vertx.core.Context;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A zone, all year round UTC, that notes which threads ask for its rules: whoever reads or
 * evaluates a trigger in it.
 */
public final class WatchedZone extends ZoneRulesProvider {

  private final String id;
  private final ZoneRules rules = ZoneRules.of(ZoneOffset.UTC);
  private final Set<String> askers = new ConcurrentSkipListSet<>();

  private WatchedZone(String id) {
    this.id = id;
  }

  /** Each id once in the life of a JVM. */
  public static WatchedZone register(String id) {
    WatchedZone zone = new WatchedZone(id);
    registerProvider(zone);
    return zone;
  }

  public void forget() {
    askers.clear();
  }

  /** The names of the threads, those of event loops with "event loop: " before them. */
  public Set<String> askers() {
    return Set.copyOf(askers);
  }

  @Override
  protected Set<String> provideZoneIds() {
    return Set.of(id);
  }

  @Override
  @SuppressWarnings("NullAway")
  protected ZoneRules provideRules(String asked, boolean forCaching) {
    askers.add(
        (Context.isOnEventLoopThread() ? "event loop: " : "") + Thread.currentThread().getName());
    // Not to be kept by a ZoneId, so that each asker is seen.
    return forCaching ? null : rules;
  }

  @Override
  protected NavigableMap<String, ZoneRules> provideVersions(String asked) {
    return new TreeMap<>(java.util.Map.of("watched", rules));
  }
}
