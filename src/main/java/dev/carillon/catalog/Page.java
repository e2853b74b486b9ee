package dev.carillon.catalog;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list, newest first.
 *
 * @param next the id after which the list goes on; null at its end
 */
public record Page<T>(List<T> items, @Nullable UUID next) {

  /** The id below which everything lies: a list begins there. */
  static final UUID TOP = new UUID(-1, -1);

  /** Of one row more than fits, which shows whether the list goes on. */
  static <T> Page<T> of(List<T> oneMore, int limit, Function<T, UUID> id) {
    if (oneMore.size() <= limit) {
      return new Page<>(List.copyOf(oneMore), null);
    }
    List<T> items = List.copyOf(oneMore.subList(0, limit));
    return new Page<>(items, id.apply(items.get(limit - 1)));
  }

  <R> Page<R> map(Function<T, R> shown) {
    return new Page<>(items.stream().map(shown).toList(), next);
  }
}
