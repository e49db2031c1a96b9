package dev.fairlead.gateway.routing;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A curve for each tenant and target: the prompts of one say nothing of the mean that another gets.
 * The longest unused goes for a new one; forgetting one costs it {@link QualityCurve#LEAST}
 * prompts. Thread-safe.
 */
final class QualityCurves {

  /** Curves that are kept, some 5 KB each. */
  static final int MOST = 1_024;

  private final ExpectedQuality expected;
  private final SequencedMap<Key, QualityCurve> curves = new LinkedHashMap<>(64, 0.75f, true);

  QualityCurves(ExpectedQuality expected) {
    this.expected = expected;
  }

  private record Key(String tenant, double target) {}

  synchronized QualityCurve of(String tenant, double target) {
    QualityCurve curve =
        curves.computeIfAbsent(new Key(tenant, target), key -> new QualityCurve(tenant, expected));
    if (curves.size() > MOST) {
      curves.pollFirstEntry();
    }
    return curve;
  }
}
