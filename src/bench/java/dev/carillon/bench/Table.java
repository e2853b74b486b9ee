package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under a title, the first of them the head of the columns; written as Markdown that
 * reads well on a console too.
 */
record Table(String title, List<List<String>> rows) {

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(Math.max(widths[i], 3), row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder("## ").append(title).append("\n\n");
    text.append(line(rows.get(0), widths));
    List<String> rule = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      String dashes = "-".repeat(widths[i] - 1);
      rule.add(i == 0 ? dashes + "-" : dashes + ":");
    }
    text.append(line(rule, widths));
    rows.stream().skip(1).forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder("|");
    for (int i = 0; i < cells.size(); i++) {
      String pad = " ".repeat(widths[i] - cells.get(i).length());
      line.append(' ').append(i == 0 ? cells.get(i) + pad : pad + cells.get(i)).append(" |");
    }
    return line.append('\n').toString();
  }
}
