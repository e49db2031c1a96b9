package dev.fairlead.gateway.routing;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How good the answer to a request must be, and what is known of that beforehand.
 *
 * @param gain calibrated probability that the quality tier's answer is better than the cheap
 *     tier's, 0 to 1; empty when it is not known
 * @param target share of the baseline's quality that the request wants, above 0 up to 1; null for
 *     what is configured
 * @param rehearsed whether nothing will be served, so that the prompt is no part of the traffic
 */
public record QualityWish(OptionalDouble gain, @Nullable Double target, boolean rehearsed) {

  /** Nothing is known and nothing wanted. */
  public static final QualityWish NONE = new QualityWish(OptionalDouble.empty(), null);

  /** Of a request that will be served. */
  public QualityWish(OptionalDouble gain, @Nullable Double target) {
    this(gain, target, false);
  }

  /** The same for a decision that is only asked for. */
  public QualityWish rehearsal() {
    return new QualityWish(gain, target, true);
  }
}
