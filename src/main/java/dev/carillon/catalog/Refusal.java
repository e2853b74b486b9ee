package dev.carillon.catalog;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Something well written that cannot be done as things stand. */
public final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why not. */
  public enum Kind {
    /** There is no such thing, or it belongs to another tenant. */
    NOT_FOUND,
    /** It is there, but not in a state that allows this; or the key is taken. */
    WRONG_STATE,
    /** Somebody changed it since it was read. */
    LOST_UPDATE
  }

  /** In the place of the version of what is not there. */
  public static final int ABSENT = 0;

  private final Kind kind;
  private final @Nullable String pointer;

  Refusal(Kind kind, @Nullable String pointer, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.pointer = pointer;
  }

  static Refusal notFound(String what, Object named) {
    String name = String.valueOf(named);
    String shown = name.length() > 150 ? name.substring(0, 150) + "…" : name;
    return new Refusal(Kind.NOT_FOUND, null, "there is no " + what + " " + shown);
  }

  static Refusal keyTaken(String what, String key) {
    return new Refusal(
        Kind.WRONG_STATE, "/key", "there is already a " + what + " with the key " + key);
  }

  static Refusal wrongState(String message) {
    return new Refusal(Kind.WRONG_STATE, null, message);
  }

  static Refusal lostUpdate(String what, int version) {
    return new Refusal(
        Kind.LOST_UPDATE,
        null,
        "the " + what + " was changed meanwhile: it is at version " + version + " now");
  }

  /** Of what has no version. */
  static Refusal lostUpdate(String message) {
    return new Refusal(Kind.LOST_UPDATE, null, message);
  }

  /**
   * Before something is made because there is none of the name: whoever has seen a version of it
   * means to change that, and must not bring back what somebody has deleted.
   *
   * @param expected whether a version is one that the editor has seen; of {@link #ABSENT}, whether
   *     none need be there
   * @throws Refusal a lost update
   */
  public static void requireMayCreate(String what, String name, IntPredicate expected) {
    if (!expected.test(ABSENT)) {
      throw new Refusal(
          Kind.LOST_UPDATE,
          null,
          "there is no " + what + " " + name + " any more; leave If-Match out to create one");
    }
  }

  /** Whether something is there that was not, or is not there that was. */
  public boolean isAboutExistence() {
    return kind == Kind.NOT_FOUND || kind == Kind.WRONG_STATE && "/key".equals(pointer);
  }

  public Kind kind() {
    return kind;
  }

  /** The field of the body that it is about; null: none. */
  public @Nullable String pointer() {
    return pointer;
  }
}
