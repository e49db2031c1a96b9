package dev.fairlead.common.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds the known name that a mistyped one was probably meant to be. */
public final class Nearest {

  private Nearest() {}

  /** {@code ; did you mean `x`?} when a known name is near, else the list of known names. */
  public static String hint(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(candidate -> distance(name, candidate) <= Math.max(2, name.length() / 3))
        .map(candidate -> "; did you mean `" + candidate + "`?")
        .orElseGet(() -> " (expected one of: " + String.join(", ", known) + ")");
  }

  /**
   * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) from a
   * to b.
   */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int substitution = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(substitution, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
