package dev.carillon.bench;

import dev.carillon.bench.measure.Numbers;
import java.util.Map;

/** Says at once what a round came to; the table comes at the end. */
final class Progress {

  private Progress() {}

  /**
   * @param round 0: a warm-up, which is not counted
   */
  static void round(String what, String who, int round, Map<String, Double> figures) {
    StringBuilder line = new StringBuilder();
    line.append(what).append(' ').append(who);
    line.append(round == 0 ? " warm-up" : " round " + round);
    figures.forEach(
        (name, value) -> line.append("  ").append(name).append('=').append(Numbers.shown(value)));
    System.out.println(line);
  }
}
