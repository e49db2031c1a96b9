package dev.fairlead.gateway.quality;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was seen of models' quality, over all and at each tenant, as it counts at a time: of two
 * books the younger one's time is that of their sum, so gateways may add what each has seen to one
 * book in any order. Immutable; also the form in which it is kept.
 *
 * @param at the time at which an observation counts 1; older ones have faded
 * @param everywhere over all tenants, those included that are not kept any more
 * @param tenants a bounded number of them: the one at which nothing was seen for longest goes,
 *     which loses least, for its evidence has faded most
 */
record QualityBook(Instant at, QualityPage everywhere, Map<String, QualityPage> tenants) {

  /** Tenants that are kept, some 0.3 KB for each of their models. */
  static final int MOST_TENANTS = 1_024;

  static final QualityBook EMPTY = new QualityBook(Instant.EPOCH, QualityPage.EMPTY, Map.of());

  /** Validates and copies: what was read from a store may be anything. */
  QualityBook {
    if (at == null || everywhere == null || tenants == null) {
      throw new IllegalArgumentException("a component is missing (expected: all of them)");
    }
    tenants = tenants.size() > MOST_TENANTS ? newest(tenants) : Map.copyOf(tenants);
  }

  private static Map<String, QualityPage> newest(Map<String, QualityPage> all) {
    Comparator<Map.Entry<String, QualityPage>> byAge =
        Comparator.comparing(tenant -> tenant.getValue().newest());
    return all.entrySet().stream()
        .sorted(byAge.reversed())
        .limit(MOST_TENANTS)
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  boolean empty() {
    return everywhere.empty();
  }

  /** With one more observation, 0 to 1. */
  QualityBook plus(String tenant, String model, double gain, double quality, Instant now) {
    // Instead of fading all for each observation a younger one counts more, up to twice as much.
    QualityBook base = now.isAfter(at.plus(QualityEstimates.HALF_LIFE)) ? at(now) : this;
    double weight = 1 / left(base.at, now);
    QualityPage page = QualityPage.of(model, gain, new Seen(weight, weight * quality), now);
    Map<String, QualityPage> all = new HashMap<>(base.tenants);
    all.merge(tenant, page, QualityPage::plus);
    return new QualityBook(base.at, base.everywhere.plus(page), all);
  }

  /**
   * Both. A book from a future, which a clock that was wrong has written, counts as if it were of
   * now: else it would outweigh all that is seen until then.
   */
  QualityBook plus(QualityBook other, Instant now) {
    QualityBook one = at(now);
    QualityBook two = other.at(now);
    Map<String, QualityPage> all = new HashMap<>(one.tenants);
    two.tenants.forEach((tenant, page) -> all.merge(tenant, page, QualityPage::plus));
    return new QualityBook(now, one.everywhere.plus(two.everywhere), all);
  }

  /** As it counts then. */
  QualityBook at(Instant now) {
    double left = left(at, now);
    return new QualityBook(
        now, everywhere.faded(left, now), QualityPage.each(tenants, page -> page.faded(left, now)));
  }

  /** What was seen of a model over all tenants. */
  Seen everywhere(String model, double gain, Instant now) {
    return everywhere.seen(model, gain).times(left(at, now));
  }

  /** What was seen of a model at one tenant. */
  Seen of(String tenant, String model, double gain, Instant now) {
    return tenants.getOrDefault(tenant, QualityPage.EMPTY).seen(model, gain).times(left(at, now));
  }

  /** Which share of an observation is left, above 0 to 1. */
  private static double left(Instant since, Instant now) {
    double age = Duration.between(since, now).toMillis();
    return Math.pow(2, -Math.clamp(age / QualityEstimates.HALF_LIFE.toMillis(), 0, 1_000));
  }
}
