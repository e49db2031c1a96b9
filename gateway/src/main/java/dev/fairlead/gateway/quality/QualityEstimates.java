package dev.fairlead.gateway.quality;

import dev.fairlead.catalog.Tier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Expected quality of answers, where the baseline's answer to the same prompt is 1. Of a model and
 * a range of expected gain, the prior (what the calibrated gain says) counts like {@link
 * #PRIOR_WEIGHT} observations, comparisons and ratings at other tenants as one each: the mean of a
 * beta distribution. That mean in turn is the prior of a tenant, and counts as many beside what was
 * seen at the tenant itself. With every {@link #HALF_LIFE} an observation counts half as much.
 * Thread-safe; {@link #served} is some map lookups and an addition under an uncontended lock.
 */
public final class QualityEstimates {

  /** Observations that the prior is worth. */
  static final double PRIOR_WEIGHT = 20;

  /** After which an observation counts half. */
  static final Duration HALF_LIFE = Duration.ofDays(14);

  /** The standard tier lies half-way between the tiers that the gain was learned from. */
  private static final double STANDARD_REACH = 0.5;

  private static final double NORMAL_95 = 1.96;

  private final InstantSource clock;
  private final Map<String, Bin[]> models = new ConcurrentHashMap<>();
  private final Bin reference = new Bin();
  private final QualityMemory memory = new QualityMemory();

  /**
   * Nothing is known but priors; {@link SharedQuality} brings what was seen before, and by others.
   */
  public QualityEstimates(InstantSource clock) {
    this.clock = clock;
  }

  /** What was seen, to be kept and shared. */
  QualityMemory memory() {
    return memory;
  }

  /**
   * What all answers whose quality could be expected kept of the baseline's.
   *
   * @param mean mean quality, 0 to 1; 1 before the first answer
   * @param low lower end of its 95 % interval
   * @param high upper end
   * @param answers answers it is about
   * @param comparisons answers that were compared or rated
   */
  public record Retention(double mean, double low, double high, long answers, long comparisons) {}

  /** For the retention, which is of all tenants and since the start: nothing in it fades. */
  private static final class Bin {
    private long served;
    private double priors;
    private long observed;
    private double quality;

    synchronized void serve(double prior) {
      served++;
      priors += prior;
    }

    synchronized void observe(double seen) {
      observed++;
      quality += seen;
    }

    double mean(double prior) {
      return (PRIOR_WEIGHT * prior + quality) / (PRIOR_WEIGHT + observed);
    }
  }

  /** Which share of the gain a tier forgoes, 0 to 1; null is a model without a tier. */
  public static double reach(@Nullable Tier tier) {
    return switch (tier) {
      case QUALITY -> 0;
      case STANDARD -> STANDARD_REACH;
      case CHEAP -> 1;
      case null -> 1;
    };
  }

  /**
   * The expected quality of an answer that is not given yet, 0 to 1.
   *
   * @param tenant who would get it
   * @param gain calibrated probability that the baseline's answer is better, 0 to 1
   * @param reach which share of that gain the model's tier forgoes, 0 to 1
   */
  public double expected(String tenant, String model, double gain, double reach) {
    QualityMemory.Known known = memory.known(tenant, model, gain, clock.instant());
    double others = known.others().mean(1 - gain * reach, PRIOR_WEIGHT);
    return known.own().mean(others, PRIOR_WEIGHT);
  }

  /** An answer of the baseline itself, or of a model of its tier, was served. */
  public double servedReference() {
    reference.serve(1);
    return 1;
  }

  /**
   * An answer of another model was served.
   *
   * @param tenant who got it
   * @param gain calibrated probability that the baseline's answer is better, 0 to 1
   * @param reach which share of that gain the model's tier forgoes, 0 to 1
   * @return its expected quality, 0 to 1
   */
  public double served(String tenant, String model, double gain, double reach) {
    bin(model, gain).serve(1 - gain * reach);
    return expected(tenant, model, gain, reach);
  }

  /**
   * Quality of one answer was seen.
   *
   * @param tenant who got it
   * @param quality 0 (the baseline's is better) to 1 (as good)
   */
  public void observed(String tenant, String model, double gain, double quality) {
    double seen = Math.clamp(quality, 0, 1);
    bin(model, gain).observe(seen);
    memory.add(tenant, model, gain, seen, clock.instant());
  }

  private Bin bin(String model, double gain) {
    Bin[] known = models.get(model);
    Bin[] bins = known == null ? models.computeIfAbsent(model, id -> newBins()) : known;
    return bins[QualityPage.fifth(gain)];
  }

  private static Bin[] newBins() {
    return Stream.generate(Bin::new).limit(QualityPage.FIFTHS).toArray(Bin[]::new);
  }

  /** Over all models, since the start. */
  public Retention retention() {
    return kept().retention();
  }

  /** What {@link #retention} is made of. */
  public Kept kept() {
    Sums sums = new Sums();
    sums.addReference(reference);
    models
        .values()
        .forEach(bins -> {
          for (Bin bin : bins) {
            sums.add(bin);
          }
        });
    return sums.kept();
  }

  private static final class Sums {
    private long answers;
    private long comparisons;
    private double quality;
    private double variance;

    void addReference(Bin bin) {
      synchronized (bin) {
        answers += bin.served;
        quality += bin.served;
      }
    }

    void add(Bin bin) {
      synchronized (bin) {
        comparisons += bin.observed;
        if (bin.served == 0) {
          return;
        }
        double mean = bin.mean(bin.priors / bin.served);
        answers += bin.served;
        quality += bin.served * mean;
        double spread = mean * (1 - mean) / (PRIOR_WEIGHT + bin.observed + 1);
        variance += spread * bin.served * bin.served;
      }
    }

    Kept kept() {
      return new Kept(answers, comparisons, quality, variance);
    }
  }

  /**
   * Sums from which a retention follows; those of several gateways may be added.
   *
   * @param answers answers whose quality could be expected
   * @param comparisons answers that were compared or rated
   * @param quality sum of the expected qualities
   * @param variance of that sum
   */
  public record Kept(long answers, long comparisons, double quality, double variance) {

    /** Mean and interval. */
    public Retention retention() {
      if (answers == 0) {
        return new Retention(1, 0, 1, 0, comparisons);
      }
      double mean = quality / answers;
      double half = NORMAL_95 * Math.sqrt(variance) / answers;
      return new Retention(
          mean, Math.max(0, mean - half), Math.min(1, mean + half), answers, comparisons);
    }
  }
}
