package dev.carillon.bench;

import java.util.Map;

/** Says at once what a round came to; the table comes at the end. */
final class Progress {

  private Progress() {}

  /**
   * @param round 0: the warm-up, which is not counted
   */
  static void round(String what, Contestant who, int round, Map<String, Double> figures) {
    StringBuilder line = new StringBuilder();
    line.append(what).append(' ').append(who.name());
    line.append(round == 0 ? " warm-up" : " round " + round);
    figures.forEach(
        (name, value) -> line.append("  ").append(name).append('=').append(Table.number(value)));
    System.out.println(line);
  }
}
