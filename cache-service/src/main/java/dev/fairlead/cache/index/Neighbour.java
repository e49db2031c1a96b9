package dev.fairlead.cache.index;

import java.util.Comparator;

/**
 * An entry near a question.
 *
 * @param entry the entry
 * @param similarity exact cosine, -1 to 1
 */
public record Neighbour(IndexedEntry entry, double similarity) {

  /** Nearest first, equally near ones by id. */
  public static final Comparator<Neighbour> NEAREST_FIRST =
      Comparator.comparingDouble(Neighbour::similarity)
          .reversed()
          .thenComparing(neighbour -> neighbour.entry().id());
}
