package dev.fairlead.gateway.typed;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.Timing;
import dev.fairlead.v1.RequestControls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The wishes of a typed request. */
public final class TypedControls {

  private static final int MAX_TAGS = 16;
  private static final int MAX_TAG_LENGTH = 64;

  private TypedControls() {}

  /**
   * The wishes as the pipeline takes them.
   *
   * @throws dev.fairlead.common.failure.FailureException InvalidRequest that names the field
   */
  public static Controls of(RequestControls controls) {
    if (controls.equals(RequestControls.getDefaultInstance())) {
      return Controls.NONE;
    }
    require(
        !controls.hasMaxCostNanoUsd() || controls.getMaxCostNanoUsd() >= 1,
        "controls.max_cost_nano_usd",
        "1 or more");
    boolean quality =
        !controls.hasQualityTarget()
            || (controls.getQualityTarget() > 0 && controls.getQualityTarget() <= 1);
    require(quality, "controls.quality_target", "above 0 up to 1");
    boolean tags =
        controls.getTagsCount() <= MAX_TAGS
            && controls.getTagsList().stream()
                .allMatch(tag -> !tag.isEmpty() && tag.length() <= MAX_TAG_LENGTH);
    require(tags, "controls.tags", "up to 16, each of 1 to 64 characters");
    return new Controls(
        controls.hasPolicy() ? controls.getPolicy() : null,
        controls.hasMaxCostNanoUsd() ? controls.getMaxCostNanoUsd() : null,
        controls.hasLatencySlo()
            ? positive("controls.latency_slo", controls.getLatencySlo())
            : null,
        controls.hasQualityTarget() ? controls.getQualityTarget() : null,
        cacheControl(controls),
        controls.getTagsList(),
        timing(controls));
  }

  /** The caller's timeout is its deadline, which the call's context carries. */
  private static Timing timing(RequestControls controls) {
    if (!controls.hasFirstTokenSlo() && !controls.hasPerTokenSlo()) {
      return Timing.NONE;
    }
    return new Timing(
        controls.hasFirstTokenSlo()
            ? positive("controls.first_token_slo", controls.getFirstTokenSlo())
            : null,
        controls.hasPerTokenSlo()
            ? positive("controls.per_token_slo", controls.getPerTokenSlo())
            : null,
        null,
        null);
  }

  private static Duration positive(String param, com.google.protobuf.Duration given) {
    Duration duration = duration(given);
    require(duration.isPositive(), param, "above 0");
    return duration;
  }

  private static @Nullable CacheControl cacheControl(RequestControls controls) {
    if (!controls.hasCacheControl()) {
      return null;
    }
    dev.fairlead.v1.CacheControl wish = controls.getCacheControl();
    Duration maxAge = wish.hasMaxAge() ? duration(wish.getMaxAge()) : null;
    require(maxAge == null || !maxAge.isNegative(), "controls.cache_control.max_age", "0 or more");
    boolean similarity =
        !wish.hasLeastSimilarity()
            || (wish.getLeastSimilarity() >= 0 && wish.getLeastSimilarity() <= 1);
    require(similarity, "controls.cache_control.least_similarity", "0 to 1");
    require(
        wish.getScope().length() <= MAX_TAG_LENGTH
            && wish.getScope().chars().noneMatch(Character::isISOControl),
        "controls.cache_control.scope",
        "up to 64 printable characters");
    return new CacheControl(
        wish.getNoCache(),
        wish.getNoStore(),
        maxAge,
        wish.hasTtl() ? positive("controls.cache_control.ttl", wish.getTtl()) : null,
        wish.hasLeastSimilarity() ? wish.getLeastSimilarity() : null,
        wish.getScope().isEmpty() ? null : wish.getScope());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static void require(boolean holds, String param, String expectation) {
    if (!holds) {
      throw Failure.InvalidRequest.of(param, param + " (expected: " + expectation + ")")
          .asException();
    }
  }
}
