package dev.fairlead.tools.cost;

import java.io.PrintWriter;
import java.util.List;

/** Rows as text: the first column to the left, numbers to the right. */
final class Columns {

  private Columns() {}

  static void print(PrintWriter out, List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String blanks = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + blanks : "  " + blanks + row.get(i));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
