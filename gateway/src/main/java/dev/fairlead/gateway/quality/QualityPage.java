package dev.fairlead.gateway.quality;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What was seen of each model in each fifth of the expected gain. Immutable.
 *
 * @param newest when something was seen last
 * @param models by catalogue id; fifths from 0, those of which something is known
 */
record QualityPage(Instant newest, Map<String, Map<Integer, Seen>> models) {

  static final int FIFTHS = 5;

  /** Models that are kept, those with the most evidence: a catalogue's names come and go. */
  static final int MOST_MODELS = 128;

  static final QualityPage EMPTY = new QualityPage(Instant.EPOCH, Map.of());

  /** Evidence that counts less than this much of an observation is dropped. */
  private static final double LEAST = 0.01;

  /** Validates and copies: what was read from a store may be anything. */
  QualityPage {
    if (newest == null || models == null) {
      throw new IllegalArgumentException("a component is missing (expected: all of them)");
    }
    Map<String, Map<Integer, Seen>> copy = new HashMap<>();
    models.forEach((model, fifths) -> copy.put(model, checked(fifths)));
    models = copy.size() > MOST_MODELS ? known(copy) : Map.copyOf(copy);
  }

  /** One observation that counts {@code seen}. */
  static QualityPage of(String model, double gain, Seen seen, Instant now) {
    return new QualityPage(now, Map.of(model, Map.of(fifth(gain), seen)));
  }

  /** The fifth that a gain is in, from 0. */
  static int fifth(double gain) {
    return (int) Math.clamp(gain * FIFTHS, 0, FIFTHS - 1);
  }

  private static Map<Integer, Seen> checked(Map<Integer, Seen> fifths) {
    for (int fifth : fifths.keySet()) {
      if (fifth < 0 || fifth >= FIFTHS) {
        throw new IllegalArgumentException("fifth " + fifth + " (expected: 0..4)");
      }
    }
    return Map.copyOf(fifths);
  }

  private static Map<String, Map<Integer, Seen>> known(Map<String, Map<Integer, Seen>> all) {
    Comparator<Map.Entry<String, Map<Integer, Seen>>> byCount =
        Comparator.comparingDouble(
            model -> model.getValue().values().stream().mapToDouble(Seen::count).sum());
    return all.entrySet().stream()
        .sorted(byCount.reversed())
        .limit(MOST_MODELS)
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  Seen seen(String model, double gain) {
    return models.getOrDefault(model, Map.of()).getOrDefault(fifth(gain), Seen.NOTHING);
  }

  QualityPage plus(QualityPage other) {
    Map<String, Map<Integer, Seen>> all = new HashMap<>(models);
    other.models.forEach((model, fifths) -> all.merge(model, fifths, QualityPage::both));
    return new QualityPage(newest.isAfter(other.newest) ? newest : other.newest, all);
  }

  private static Map<Integer, Seen> both(Map<Integer, Seen> one, Map<Integer, Seen> other) {
    Map<Integer, Seen> all = new HashMap<>(one);
    other.forEach((fifth, seen) -> all.merge(fifth, seen, Seen::plus));
    return all;
  }

  /** With less of all, as of {@code now}; what hardly counts any more is left out. */
  QualityPage faded(double factor, Instant now) {
    Map<String, Map<Integer, Seen>> all = new HashMap<>();
    models.forEach((model, fifths) -> {
      Map<Integer, Seen> left = new HashMap<>();
      fifths.forEach((fifth, seen) -> keep(left, fifth, seen.times(factor).rounded()));
      if (!left.isEmpty()) {
        all.put(model, left);
      }
    });
    return new QualityPage(newest.isAfter(now) ? now : newest, all);
  }

  private static void keep(Map<Integer, Seen> left, int fifth, Seen seen) {
    if (seen.count() >= LEAST) {
      left.put(fifth, seen);
    }
  }

  boolean empty() {
    return models.isEmpty();
  }

  /** A copy of {@code pages}, each of them changed, without those that are empty then. */
  static Map<String, QualityPage> each(
      Map<String, QualityPage> pages, Function<QualityPage, QualityPage> change) {
    Map<String, QualityPage> all = new HashMap<>();
    pages.forEach((name, page) -> {
      QualityPage changed = change.apply(page);
      if (!changed.empty()) {
        all.put(name, changed);
      }
    });
    return all;
  }
}
