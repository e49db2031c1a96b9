package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.ledger.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long answers are, by model and kind of prompt: quantiles of the latest of each. Learned from
 * the ledger at the start, then from every answer. Thread-safe.
 */
public final class OutputLengths {

  /** Answers of a kind that are remembered. */
  public static final int REMEMBERED = 256;

  /** Fewer than these say too little. */
  static final int FEWEST = 20;

  /** More kinds than a catalogue gives rise to. */
  private static final int MOST_KINDS = 10_000;

  private record Kind(String model, String promptClass) {}

  private final Map<Kind, Latest> kinds = new ConcurrentHashMap<>();

  /** Knows nothing. */
  public OutputLengths() {}

  /** Takes what the ledger knows, newest first. */
  public void learn(List<Ledger.OutputLength> newestFirst) {
    for (Ledger.OutputLength length : newestFirst.reversed()) {
      observe(length.model(), length.promptClass(), length.tokens());
    }
  }

  /** An answer was so long, in tokens of one choice. */
  public void observe(String model, String promptClass, long tokens) {
    Kind kind = new Kind(model, promptClass);
    Latest latest = kinds.get(kind);
    if (latest == null && kinds.size() < MOST_KINDS) {
      latest = kinds.computeIfAbsent(kind, k -> new Latest());
    }
    if (latest != null) {
      latest.add(tokens);
    }
  }

  /** The length that a share of answers stays below; empty while too few are known. */
  public OptionalLong quantile(String model, String promptClass, double share) {
    Latest latest = kinds.get(new Kind(model, promptClass));
    return latest == null ? OptionalLong.empty() : latest.quantile(share);
  }

  /** A ring of lengths; sorted again only when an eighth of them has changed. */
  private static final class Latest {

    private static final int STALE = REMEMBERED / 8;

    private final long[] ring = new long[REMEMBERED];
    private long added;
    private long[] sorted = {};
    private long sortedAt;

    synchronized void add(long tokens) {
      ring[(int) (added++ % REMEMBERED)] = tokens;
    }

    synchronized OptionalLong quantile(double share) {
      int known = (int) Math.min(added, REMEMBERED);
      if (known < FEWEST) {
        return OptionalLong.empty();
      }
      if (sorted.length == 0 || added - sortedAt >= STALE) {
        sorted = Arrays.copyOf(ring, known);
        Arrays.sort(sorted);
        sortedAt = added;
      }
      int index = (int) Math.ceil(share * sorted.length) - 1;
      return OptionalLong.of(sorted[Math.clamp(index, 0, sorted.length - 1)]);
    }
  }
}
