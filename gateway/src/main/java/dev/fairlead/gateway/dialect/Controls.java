package dev.fairlead.gateway.dialect;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The caller's wishes beside the model request. Null and empty mean the gateway's configuration.
 * Immutable.
 *
 * @param policy routing policy by name, not checked against those that exist
 * @param maxCostNanoUsd most the request may cost, nano-dollars, 0 or more
 * @param latencySlo latency the caller can accept, above 0
 * @param qualityTarget share of the baseline's quality that is enough, above 0 up to 1
 * @param cacheControl how the cache may be used
 * @param tags free labels for reports, up to 16, each of 1 to 64 characters
 * @param timing wishes about time
 */
public record Controls(
    @Nullable String policy,
    @Nullable Long maxCostNanoUsd,
    @Nullable Duration latencySlo,
    @Nullable Double qualityTarget,
    @Nullable CacheControl cacheControl,
    List<String> tags,
    Timing timing) {

  /** No wishes. */
  public static final Controls NONE = new Controls(null, null, null, null, null, List.of());

  /** Wishes without any about time but the latency objective. */
  public Controls(
      @Nullable String policy,
      @Nullable Long maxCostNanoUsd,
      @Nullable Duration latencySlo,
      @Nullable Double qualityTarget,
      @Nullable CacheControl cacheControl,
      List<String> tags) {
    this(policy, maxCostNanoUsd, latencySlo, qualityTarget, cacheControl, tags, Timing.NONE);
  }

  /** Copies the tags. */
  public Controls {
    tags = List.copyOf(tags);
  }

  /** These wishes with another one about the cache. */
  public Controls withCache(@Nullable CacheControl changed) {
    return new Controls(policy, maxCostNanoUsd, latencySlo, qualityTarget, changed, tags, timing);
  }

  /** These wishes with every one that {@code other} states put in their place. */
  public Controls overriddenBy(Controls other) {
    if (other.equals(NONE)) {
      return this;
    }
    return new Controls(
        other.policy != null ? other.policy : policy,
        other.maxCostNanoUsd != null ? other.maxCostNanoUsd : maxCostNanoUsd,
        other.latencySlo != null ? other.latencySlo : latencySlo,
        other.qualityTarget != null ? other.qualityTarget : qualityTarget,
        cacheControl == null ? other.cacheControl : cacheControl.overriddenBy(other.cacheControl),
        other.tags.isEmpty() ? tags : other.tags,
        timing.overriddenBy(other.timing));
  }
}
