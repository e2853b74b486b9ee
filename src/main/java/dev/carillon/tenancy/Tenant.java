package dev.carillon.tenancy;

import java.util.regex.Pattern;

/**
 * The owner of everything that one request sees and writes.
 *
 * @param id matches {@code [a-z0-9][a-z0-9_-]{0,62}}
 */
public record Tenant(String id) {

  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  /** Who is meant in local mode when nobody is named. */
  public static final Tenant DEFAULT = new Tenant("default");

  public Tenant {
    if (!isValid(id)) {
      throw new IllegalArgumentException("not a tenant's id: " + id);
    }
  }

  public static boolean isValid(String id) {
    return FORM.matcher(id).matches();
  }

  @Override
  public String toString() {
    return id;
  }
}
