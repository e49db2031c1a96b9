package dev.fairlead.catalog.pricelist;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a price list.
 *
 * @param models that were taken
 * @param skipped entries that are no text or embedding model with a price per token, or that name a
 *     region or a commitment
 * @param problems entries that were left out because of a mistake in them, in words
 * @param notExpressed prices that a catalogue price has no place for, such as those of batch
 *     processing, by the kind of price with the number of models
 */
public record ImportReport(
    int models, int skipped, List<String> problems, Map<String, Integer> notExpressed) {

  /** Copies. */
  public ImportReport {
    problems = List.copyOf(problems);
    notExpressed = Collections.unmodifiableMap(new TreeMap<>(notExpressed));
  }
}
