package dev.carillon.limit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many runs of a tenant may be at work at once, by configuration.
 *
 * @param all of every tenant that has no number of its own; null: any number
 * @param each by tenant
 * @throws IllegalArgumentException for a number below one
 */
public record TenantLimits(@Nullable Integer all, Map<String, Integer> each) {

  public static final TenantLimits NONE = new TenantLimits(null, Map.of());

  public TenantLimits {
    each = Map.copyOf(each);
    if (all != null) {
      check("carillon.limits.tenant", all);
    }
    each.forEach((tenant, most) -> check("carillon.limits.tenants.\"" + tenant + "\"", most));
  }

  /** How many of this one; null: any number. */
  public @Nullable Integer of(String tenant) {
    Integer own = each.get(tenant);
    return own == null ? all : own;
  }

  /** Whether every tenant has a limit. */
  public boolean isForAll() {
    return all != null;
  }

  /** Those with a number of their own. */
  public String[] tenants() {
    return each.keySet().toArray(String[]::new);
  }

  private static void check(String setting, int most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          setting + "=" + most + " lets no run start; right is 1 or more, or no such setting");
    }
  }
}
